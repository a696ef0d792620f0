namespace Headgate.IngestWorker.Steps;

/// <summary>A step that this process is taking; disposing says that it is over.</summary>
sealed class StepInHand(StepAddress address, Action<StepInHand> giveBack) : IDisposable
{
    // Not disposed: a stop may be on its way to a step that ends, and neither holds anything but memory.
    readonly CancellationTokenSource _stop = new();
    readonly CancellationTokenSource _abort = new();

    public StepAddress Address => address;

    /// <summary>Canceled when the job is being stopped, in whatever way: nothing more is begun.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>Canceled when what is in hand is not to be finished either.</summary>
    public CancellationToken Aborting => address.IsDrained ? _abort.Token : _stop.Token;

    /// <summary>Canceled when the process or its connection to the broker ends: what no stop ends is over then as well.</summary>
    public CancellationToken Ending { get; init; }

    public async Task StopAsync(bool isForced)
    {
        await _stop.CancelAsync();
        if (isForced) await _abort.CancelAsync();
    }

    public void Dispose() => giveBack(this);
}
