using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Reading;

/// <summary>How much of an attempt is done: each record counts once when it is staged, and once when it is written.</summary>
static class JobPercent
{
    const double Half = 50;
    const double All = 100;

    /// <summary>0 to 100; null: nobody knows yet how much there is to do.</summary>
    public static double? Of(JobRow job)
    {
        if (job.State is nameof(SyncJobStateMachine.Completed)) return All;
        // Where it was stopped, of one that does not run.
        var place = JobStates.Running.Contains(job.State) ? job.State : job.ResumeTo;
        return place switch
        {
            nameof(SyncJobStateMachine.Collecting) => All,
            nameof(SyncJobStateMachine.Processing) => Done(job, job.Counts.Extracted, ofNothing: Half),
            _ when job.Estimated is { } estimated => Done(job, Math.Max(estimated, job.Counts.Extracted), ofNothing: 0),
            _ => null,
        };
    }

    static double Done(JobRow job, long records, double ofNothing) =>
        records == 0 ? ofNothing : Math.Min(All, Half * (job.Counts.Extracted + job.Counts.Written) / records);
}
