using Headgate.Contracts.Jobs;
using Headgate.Contracts.Repairs;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Database;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Runs;

/// <summary>Claims a pipeline, the row of which is locked, for the job of a run.</summary>
static class JobClaim
{
    /// <summary>The job as things stand now: of the version in force, incremental where there are offsets. A run that waited waits no more.</summary>
    /// <param name="db">In whose transaction.</param>
    /// <param name="run">The run.</param>
    /// <param name="pipeline">Its pipeline.</param>
    /// <param name="at">When.</param>
    /// <param name="predecessor">The job that was ended for it; null: none was active.</param>
    public static async Task<AcceptJob> TakeAsync(CoordinatorDbContext db, StartJob run, PipelineRow pipeline, DateTimeOffset at, Guid? predecessor = null)
    {
        var accept = new AcceptJob
        {
            JobId = run.RunId,
            JobNo = await NumberAsync(db),
            PipelineId = pipeline.pipeline_id,
            PipelineVersion = pipeline.version,
            Project = run.Project,
            Pipeline = run.Pipeline,
            Kind = await KindAsync(db, run, pipeline.pipeline_id),
            Trigger = run.Trigger,
            TriggerDetail = run.TriggerDetail,
            Actor = run.Actor,
            Reason = run.Reason,
            At = at,
            DropAndLoad = run is { Resync: true, DropAndLoad: true },
            PredecessorId = predecessor,
            ConfirmedFullLoad = IsConfirmed(run, pipeline),
        };
        await TakeAsync(db, pipeline, run.RunId, StateFor(run, pipeline));
        return accept;
    }

    /// <summary>The repair's job, pinned to the given version of the pipeline file.</summary>
    /// <param name="db">In whose transaction.</param>
    /// <param name="repair">The repair.</param>
    /// <param name="pipeline">Its pipeline.</param>
    /// <param name="version">Of the pipeline file.</param>
    /// <param name="at">When.</param>
    /// <param name="predecessor">The job that was ended for it; null: none was there.</param>
    public static async Task<AcceptJob> TakeAsync(
        CoordinatorDbContext db, StartRepair repair, PipelineRow pipeline, int version, DateTimeOffset at, Guid? predecessor)
    {
        var accept = new AcceptJob
        {
            JobId = repair.RunId,
            JobNo = await NumberAsync(db),
            PipelineId = pipeline.pipeline_id,
            PipelineVersion = version,
            Project = repair.Project,
            Pipeline = repair.Pipeline,
            Kind = repair.Kind,
            Trigger = TriggerKind.SyncNow,
            Actor = repair.Actor,
            Reason = repair.Reason,
            At = at,
            PredecessorId = predecessor,
            Repair = repair.Repair,
        };
        await TakeAsync(db, pipeline, repair.RunId, pipeline.state);
        return accept;
    }

    /// <summary>Whether who asked for the run has said that a full load is meant: of the file in force, and not of one before it.</summary>
    public static bool IsConfirmed(StartJob run, PipelineRow pipeline) =>
        run.ConfirmedFullLoad && (run.ConfirmedVersion ?? pipeline.version) == pipeline.version;

    /// <summary>The pipeline's state while the run waits or its job is under way.</summary>
    public static string StateFor(StartJob run, PipelineRow pipeline) => run.Resync ? "Resyncing" : pipeline.state;

    public static async Task<JobKind> KindAsync(CoordinatorDbContext db, StartJob run, Guid pipeline)
    {
        if (run.Resync) return JobKind.Resync;
        var isAnyRead = await db.Database.SqlQuery<bool>(
            $"""select exists (select from coordinator.object_offset where pipeline_id = {pipeline}) as "Value" """).SingleAsync();
        return isAnyRead ? JobKind.Incremental : JobKind.Historical;
    }

    static Task<long> NumberAsync(CoordinatorDbContext db) =>
        db.Database.SqlQuery<long>($"""select nextval('coordinator.job_no') as "Value" """).SingleAsync();

    static Task TakeAsync(CoordinatorDbContext db, PipelineRow pipeline, Guid job, string state) => db.Database.ExecuteSqlAsync(
        $"""
         update coordinator.pipeline
         set current_job_id = {job}, state = {state}, successor = null, successor_told_at = null, updated_at = now()
         where pipeline_id = {pipeline.pipeline_id}
         """);
}
