using Headgate.JobCoordinator.Guards;

namespace Headgate.JobCoordinator.Jobs;

/// <summary>How long a job was under way, without the time that it was stopped; and when guards of time look at it.</summary>
static class RunningTime
{
    public static void Begin(SyncJob job, DateTimeOffset now)
    {
        // What is over before is never looked at.
        (job.RunningSince, job.GuardsDueAt, job.GuardsToldAt) = (now, now + DurationJudge.Least, null);
        (job.LoadingSince, job.PaceMark) = (null, null);
    }

    public static void BeginLoading(SyncJob job, DateTimeOffset now)
    {
        (job.LoadingSince, job.PaceMark) = (job.LoadingSince ?? now, null);
        if (job.RunningSince is not null) DueBy(job, now + DurationJudge.Window);
    }

    public static void EndLoading(SyncJob job, DateTimeOffset now)
    {
        if (job.LoadingSince is { } since && now > since) job.LoadedFor += now - since;
        (job.LoadingSince, job.PaceMark) = (null, null);
    }

    public static void End(SyncJob job, DateTimeOffset now)
    {
        EndLoading(job, now);
        if (job.RunningSince is { } since && now > since) job.Ran += now - since;
        (job.RunningSince, job.GuardsDueAt, job.GuardsToldAt) = (null, null, null);
    }

    /// <summary>By now.</summary>
    public static TimeSpan Of(SyncJob job, DateTimeOffset now) => job.Ran + (job.RunningSince is { } since && now > since ? now - since : TimeSpan.Zero);

    public static void StartOver(SyncJob job) => (job.Ran, job.LoadedFor, job.BusyMs) = (TimeSpan.Zero, TimeSpan.Zero, 0);

    /// <summary>Not later than that.</summary>
    public static void DueBy(SyncJob job, DateTimeOffset at) => job.GuardsDueAt = job.GuardsDueAt < at ? job.GuardsDueAt : at;
}
