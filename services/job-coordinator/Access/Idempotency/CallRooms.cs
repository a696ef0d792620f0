using Grpc.Core;
using Headgate.JobCoordinator.Calls;

namespace Headgate.JobCoordinator.Access.Idempotency;

/// <summary>
/// How many calls have a connection at the same time: never all of those that sagas need too. A call that writes may wait for the locks of
/// others, and read on a second connection; one that records what a job has answered waits for nobody, and for none of those either.
/// </summary>
sealed class CallRooms : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    readonly SemaphoreSlim _writing = new(16);
    readonly SemaphoreSlim _recording = new(8);

    /// <returns>A place, until it is disposed.</returns>
    /// <exception cref="RpcException">UNAVAILABLE: there was none for 10 s.</exception>
    public Task<IDisposable> ToWriteAsync(CancellationToken cancellationToken) => EnterAsync(_writing, cancellationToken, "Try again.");

    /// <inheritdoc cref="ToWriteAsync"/>
    public Task<IDisposable> ToRecordAsync() => EnterAsync(_recording, CancellationToken.None, "The call may have taken effect: repeat it with the same idempotency_key.");

    public void Dispose()
    {
        _writing.Dispose();
        _recording.Dispose();
    }

    static async Task<IDisposable> EnterAsync(SemaphoreSlim room, CancellationToken cancellationToken, string whatToDo) =>
        await room.WaitAsync(Patience, cancellationToken)
            ? new Place(room)
            : throw CallErrors.Unavailable($"Too many calls are being recorded at the same time. {whatToDo}");

    sealed class Place(SemaphoreSlim room) : IDisposable
    {
        public void Dispose() => room.Release();
    }
}
