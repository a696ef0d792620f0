using Headgate.IngestWorker.Staging;

namespace Headgate.IngestWorker.Comparing;

/// <summary>A staged file that is to be compared is gone, or not what was written: the job has its object read again.</summary>
sealed class LostSegmentException(SegmentName name) : Exception
{
    public SegmentName Name => name;
}
