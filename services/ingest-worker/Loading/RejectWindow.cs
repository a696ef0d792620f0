namespace Headgate.IngestWorker.Loading;

/// <summary>The most records of any so many in a row that the destination has rejected: the window slides record by record.</summary>
/// <param name="size">How many in a row; 0: it is not counted.</param>
sealed class RejectWindow(int size)
{
    readonly Queue<long> _rows = new();

    public int Peak { get; private set; }

    public bool IsCounted => size > 0;

    /// <summary>In the order of the segment.</summary>
    public void Add(long row)
    {
        if (!IsCounted) return;
        _rows.Enqueue(row);
        while (_rows.Peek() <= row - size) _rows.Dequeue();
        Peak = Math.Max(Peak, _rows.Count);
    }
}
