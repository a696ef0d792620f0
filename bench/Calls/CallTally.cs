namespace Headgate.Bench.Calls;

/// <summary>What a client has counted.</summary>
/// <param name="Count">Calls or messages within the time.</param>
/// <param name="Seconds">The time.</param>
/// <param name="Milliseconds">How long each took, or each change to the last watcher.</param>
/// <param name="Size">Bytes of one answer.</param>
sealed record CallTally(long Count, double Seconds, IReadOnlyList<double> Milliseconds, int Size)
{
    public double Rate => Count / Seconds;
}
