namespace Headgate.IngestWorker.Loading;

/// <summary>
/// How many records the next batch takes: as many as the target time allows, and while a record that does not fit is being looked
/// for, half of what is left of the range that holds it.
/// </summary>
sealed class BatchSize(TimeSpan target, int start)
{
    public const int Start = 2_000;
    public const int Most = 50_000;

    /// <summary>Of entries of a log, which hold a record twice, each field's text as long as it may be.</summary>
    public const int StartOfLog = 200;

    int _size = start;
    bool _isRecovering;
    long _suspectEnd;

    /// <summary>The size of the batch that begins at the given record. Any size is right: the next one begins where it ended.</summary>
    public int Next(long nextRow, long rows)
    {
        var left = Math.Min(_size, rows - nextRow);
        // Before the range's end nothing wider is tried: what is left of it holds the record for certain.
        if (nextRow < _suspectEnd) left = Math.Min(left, (_suspectEnd - nextRow) / 2);
        return (int)Math.Max(1, left);
    }

    /// <summary>What the next segment of the same object may begin with.</summary>
    public int Learned => _isRecovering ? Math.Max(_size, Start) : _size;

    /// <summary>Writing takes another way from here on: what was learned says nothing any more.</summary>
    public void StartAnew() => _size = Math.Min(_size, Start);

    /// <summary>The batch took so long: the next one comes nearer to the target, by a factor of two at most.</summary>
    public void Committed(int rows, TimeSpan elapsed)
    {
        var factor = Math.Clamp(target / Max(elapsed, TimeSpan.FromTicks(1)), 0.5, 2);
        var size = (int)Math.Clamp(Math.Ceiling(rows * factor), 1, Most);
        // One that was small because the segment ended says little against a larger one, unless it was slow for its size.
        if (rows < _size && size < _size && elapsed <= target)
            size = (int)Math.Clamp(rows * (target / Max(elapsed, TimeSpan.FromTicks(1))), _size / 2, _size);
        _size = size;
    }

    /// <summary>A record of the batch does not fit. True if the batch was that record alone.</summary>
    public bool IsFoundIn(long firstRow, int rows)
    {
        _suspectEnd = firstRow + rows;
        return rows == 1;
    }

    /// <summary>
    /// The record is recorded as rejected. Sizes grow again from here by doubling, so that records that do not fit cost little also
    /// where they lie close together.
    /// </summary>
    public void Rejected()
    {
        _suspectEnd = 0;
        _isRecovering = true;
        _size = 2;
    }

    static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
