namespace Headgate.IngestWorker.Staging;

/// <summary>A staged file is gone or not what was written: its object is read again.</summary>
sealed class SegmentLostException(string reason) : Exception(reason);
