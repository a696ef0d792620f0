using Headgate.Contracts.Jobs;

namespace Headgate.Connectors.Fencing;

/// <summary>A segment's row in the ledger.</summary>
/// <param name="ObjectNo">The object's number.</param>
/// <param name="SegmentNo">The segment's number.</param>
/// <param name="Rows">Records in the segment.</param>
/// <param name="NextRow">The first that no batch has taken.</param>
/// <param name="Counts">What became of those taken.</param>
public sealed record LedgerEntry(int ObjectNo, int SegmentNo, long Rows, long NextRow, RecordCounts Counts);
