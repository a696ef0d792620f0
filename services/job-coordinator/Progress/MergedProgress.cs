using Headgate.Contracts.Loading;

namespace Headgate.JobCoordinator.Progress;

/// <summary>Many events in one a job, whatever their order, and whether or not some came twice: each segment as far as any of them says.</summary>
static class MergedProgress
{
    public static IEnumerable<JobProgressed> Of(IEnumerable<JobProgressed> events) =>
        events.GroupBy(told => told.JobId).Select(job => Merge(job.Key, job.Max(told => told.Epoch), job));

    // What is of an older epoch is stale already: a newer one was told.
    static JobProgressed Merge(Guid jobId, int epoch, IEnumerable<JobProgressed> events) => new()
    {
        JobId = jobId,
        Epoch = epoch,
        Segments =
        [
            .. events.Where(told => told.Epoch == epoch)
                .SelectMany(told => told.Segments)
                .GroupBy(segment => (segment.ObjectNo, segment.SegmentNo))
                .Select(segment => segment.MaxBy(told => told.Written + told.Vanished)! with { RejectPeak = segment.Max(told => told.RejectPeak) }),
        ],
    };
}
