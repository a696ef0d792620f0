using Headgate.Contracts.Jobs;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Fencing;
using Headgate.JobCoordinator.Runs;

namespace Headgate.JobCoordinator.Jobs.Work;

/// <summary>What the end of a job means for the run that waits for it, in the saga's own transaction.</summary>
static class SuccessionWork
{
    /// <summary>
    /// Locks the pipeline's row whether or not a run waits: one that looks at the job in this very instant has left itself there before, or
    /// finds the job ended afterwards. The saga's row comes first, the pipeline's second, everywhere.
    /// </summary>
    /// <returns>The job that follows, the pipeline claimed for it; null: none.</returns>
    public static async Task<AcceptJob?> FollowAsync(CoordinatorDbContext db, SyncJob job, DateTimeOffset now)
    {
        var pipeline = await PipelineRow.LockAsync(db, job.PipelineId);
        job.SuccessorId = null;
        if (pipeline.current_job_id != job.CorrelationId) return null;
        if (job.Kind == JobKind.Resync) await ResyncWork.EndAsync(db, job);
        if (pipeline.Waiting() is not { } run) return null;
        if (await ReasonAgainstAsync(db, job, pipeline, run) is { } why)
        {
            await WaitingRun.DropAsync(db, pipeline.pipeline_id, why);
            return null;
        }

        job.SuccessorId = run.RunId;
        return await JobClaim.TakeAsync(db, run, pipeline, now, job.CorrelationId);
    }

    static async Task<string?> ReasonAgainstAsync(CoordinatorDbContext db, SyncJob job, PipelineRow pipeline, StartJob run)
    {
        if (pipeline.is_deleted) return "the pipeline was deleted";
        if (pipeline.state != (run.Resync ? "Resyncing" : "Enabled")) return $"the pipeline is {pipeline.state}";
        // Of this one the database does not know yet.
        if (job.StopUnconfirmed) return $"the stop of job {job.CorrelationId} was abandoned and is unconfirmed";
        return await UnconfirmedStops.BeforeAsync(db, pipeline.pipeline_id) is { } unconfirmed
            ? $"the stop of job {unconfirmed} was abandoned and is unconfirmed" : null;
    }
}
