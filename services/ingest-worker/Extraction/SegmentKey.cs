namespace Headgate.IngestWorker.Extraction;

/// <summary>Names a segment.</summary>
sealed record SegmentKey(Guid JobId, int Attempt, int ObjectNo, int SegmentNo);
