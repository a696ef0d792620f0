using Grpc.Core;
using Headgate.Relay.V1;

namespace Headgate.JobCoordinator.Relaying;

/// <summary>A call that is held for a client until a worker serves it. Disposing ends the worker's part in it.</summary>
sealed class OpenStream(Guid id, ServeResponse work, Action<OpenStream> close) : IDisposable
{
    readonly TaskCompletionSource<IAsyncStreamReader<ServeRequest>> _served = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Guid Id => id;

    public ServeResponse Work => work;

    /// <summary>What the worker sends, once there is one. Nothing is taken from it before it is read.</summary>
    public Task<IAsyncStreamReader<ServeRequest>> ServedAsync => _served.Task;

    /// <summary>Whoever holds the call has no use for the worker any more.</summary>
    public Task OverAsync => _over.Task;

    public void Serve(IAsyncStreamReader<ServeRequest> parts) => _served.TrySetResult(parts);

    public void Dispose()
    {
        if (_over.TrySetResult()) close(this);
    }
}
