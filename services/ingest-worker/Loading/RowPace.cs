namespace Headgate.IngestWorker.Loading;

/// <summary>Keeps a segment below its ceiling of records a second. Waits between batches only: never while a lock is held.</summary>
sealed class RowPace(int rowsPerSecond, TimeProvider time)
{
    readonly long _origin = time.GetTimestamp();
    TimeSpan _batchBegan;
    TimeSpan _next;

    TimeSpan Now => time.GetElapsedTime(_origin);

    /// <summary>A batch is never more than a second's worth.</summary>
    public int Cap(int rows) => rowsPerSecond > 0 ? Math.Min(rows, rowsPerSecond) : rows;

    /// <summary>Waits until the records taken so far are paid for.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var left = _next - Now;
        if (left > TimeSpan.Zero) await Task.Delay(left, time, cancellationToken);
        _batchBegan = Now;
    }

    /// <summary>The batch's own time counts; time that slow batches lost is not made up for by a burst.</summary>
    public void Took(int rows)
    {
        if (rowsPerSecond > 0) _next = (_next > _batchBegan ? _next : _batchBegan) + TimeSpan.FromSeconds((double)rows / rowsPerSecond);
    }
}
