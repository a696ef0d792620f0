using Grpc.Core;

namespace Headgate.JobCoordinator.Access.Streams;

/// <summary>A stream that takes nothing any more once it is to end, and lets go of what waits for a client that does not read.</summary>
sealed class EndableStreamWriter<T>(IServerStreamWriter<T> inner, CancellationToken end) : IServerStreamWriter<T>
{
    public WriteOptions? WriteOptions { get => inner.WriteOptions; set => inner.WriteOptions = value; }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        end.ThrowIfCancellationRequested();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end, cancellationToken);
        await inner.WriteAsync(message, either.Token);
    }
}
