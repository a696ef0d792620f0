namespace Headgate.Connectors.Changes;

/// <summary>Where a rejected record lies in its job. They are listed in this order.</summary>
/// <param name="Attempt">The attempt, from 1.</param>
/// <param name="ObjectNo">The object's number.</param>
/// <param name="SegmentNo">The segment's number.</param>
/// <param name="RowNo">The record's number in the segment.</param>
public sealed record RejectPlace(int Attempt, int ObjectNo, int SegmentNo, long RowNo);
