using Headgate.Contracts.Jobs;

namespace Headgate.IngestWorker.Tests.Doubles;

/// <summary>A segment's row, and the batches that made it.</summary>
sealed class MemoryLedger
{
    public long NextRow { get; set; }

    public RecordCounts Counts { get; set; } = new();

    public HashSet<long> Deferred { get; } = [];

    public bool DirectCopy { get; set; }

    /// <summary>Committed batches.</summary>
    public List<(long First, int Rows, bool Rejected)> Batches { get; } = [];

    /// <summary>Batches that were tried, whatever became of them.</summary>
    public List<(long First, int Rows)> Tries { get; } = [];
}
