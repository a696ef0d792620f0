namespace Headgate.IngestWorker.Rates;

/// <summary>
/// Keeps what is in hand below its ceiling of records a second, which may change meanwhile. Waits between batches and reads only: never
/// while a lock is held.
/// </summary>
/// <param name="rate">The ceiling.</param>
/// <param name="most">How long records may be waited for at most, unless it is a single one.</param>
/// <param name="time">The clock.</param>
sealed class RowPace(JobRate rate, TimeSpan most, TimeProvider time)
{
    // No handler runs for a minute: a record of a ceiling far below one a second is not waited for longer, and neither is a block of rows
    // that vanished at one below ten.
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    // Of 8 KiB as many rows as PostgreSQL ever has in one.
    const int RowsInBlock = 291;

    RateSetting _setting = rate.Now;
    long _began = time.GetTimestamp();
    double _owed;

    /// <summary>A batch is never more than a second's worth.</summary>
    public int Cap(int rows) => rate.Now is { IsLimit: true } now ? Math.Max(1, (int)Math.Min(rows, now.RowsPerSecond)) : rows;

    /// <summary>The same of blocks of a table, of which it is not known how many rows they hold.</summary>
    public int CapBlocks(int blocks) => Math.Max(1, Cap(blocks * RowsInBlock) / RowsInBlock);

    /// <summary>Waits until the records taken so far are paid for, or the job is being stopped; a ceiling that changes holds at once.</summary>
    /// <param name="stopping">Ends the wait.</param>
    /// <param name="cancellationToken">Ends it with an exception.</param>
    /// <param name="changed">Called when the ceiling changes meanwhile, and may end the wait with an exception.</param>
    public async Task WaitAsync(CancellationToken stopping, CancellationToken cancellationToken, Action? changed = null)
    {
        while (Left() is var left && left > TimeSpan.Zero && !stopping.IsCancellationRequested)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
            await Task.WhenAny(Task.Delay(left, time, over.Token), _setting.Changed);
            await over.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
            if (_setting.Changed.IsCompleted) changed?.Invoke();
        }

        Settle();
    }

    /// <summary>
    /// So many records were taken since the wait ended. The time that took counts; time that was lost is not made up for by a burst.
    /// </summary>
    public void Took(long rows)
    {
        _owed += rows;
        Settle();
    }

    // Timers know whole milliseconds.
    TimeSpan Left()
    {
        Settle();
        return _owed > 0 ? TimeSpan.FromMilliseconds(Math.Ceiling(Math.Round(_owed / _setting.RowsPerSecond * 1000, 3))) : TimeSpan.Zero;
    }

    // Up to now by the ceiling that held. At a lower one not all that a higher one had allowed is waited for.
    void Settle()
    {
        var now = time.GetTimestamp();
        _owed = Math.Max(0, _owed - time.GetElapsedTime(_began, now).TotalSeconds * _setting.RowsPerSecond);
        (_began, _setting) = (now, rate.Now);
        var bound = Math.Min(Math.Max(1, _setting.RowsPerSecond * most.TotalSeconds), _setting.RowsPerSecond * Longest.TotalSeconds);
        _owed = Math.Min(_owed, bound);
    }
}
