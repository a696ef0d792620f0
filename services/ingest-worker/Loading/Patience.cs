namespace Headgate.IngestWorker.Loading;

/// <summary>
/// A few tries close together, for what passes by itself within seconds. What takes longer is the coordinator's to try again.
/// </summary>
sealed class Patience(TimeProvider time)
{
    static readonly TimeSpan[] Waits = [TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)];

    int _used;

    /// <summary>Waits before the next try; false: there were enough.</summary>
    public async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (_used == Waits.Length) return false;
        await Task.Delay(Waits[_used++], time, cancellationToken);
        return true;
    }

    /// <summary>Something went well: the next trouble is a new one.</summary>
    public void Renew() => _used = 0;
}
