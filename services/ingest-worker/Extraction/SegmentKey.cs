namespace Headgate.IngestWorker.Extraction;

/// <summary>Names a segment.</summary>
readonly record struct SegmentKey(Guid JobId, int Attempt, int ObjectNo, int SegmentNo);
