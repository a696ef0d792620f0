namespace Headgate.Rpc.Tests.Probe;

/// <summary>What a test hears of a handler, and tells it.</summary>
public sealed class ProbeCall
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource canceled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource<Exception?> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Messages whose writing is done.</summary>
    public int Written { get; set; }

    public Task StartedAsync => started.Task.WaitAsync(Patience);

    public Task CanceledAsync => canceled.Task.WaitAsync(Patience);

    public Task ReleasedAsync => released.Task.WaitAsync(Patience);

    /// <summary>With what the handler threw.</summary>
    public Task<Exception?> EndedAsync => ended.Task.WaitAsync(Patience);

    public void Start(CancellationToken token)
    {
        token.Register(() => canceled.TrySetResult());
        started.TrySetResult();
    }

    public void Release() => released.TrySetResult();

    public void End(Exception? error) => ended.TrySetResult(error);
}
