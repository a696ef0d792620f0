using Headgate.IngestWorker.Staging;

namespace Headgate.IngestWorker.Comparing;

/// <summary>A staged file of an object that is to be compared.</summary>
sealed record StagedSegment(SegmentName Name, long Rows, byte[] Digest);
