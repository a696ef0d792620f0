using Headgate.Contracts.Jobs;
using Headgate.Contracts.Repairs;
using Headgate.Contracts.Runs;
using Headgate.Hosting.Bus;
using Headgate.Hosting.Faults;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Fencing;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Obligations;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Runs;

/// <summary>
/// Starts a replay or rollback, by the same claim as a run. Somebody waits for the answer, so that what is refused is not recorded as skipped;
/// and a repair that has failed is never ended for another job: it may have put back half of what is to be put back.
/// </summary>
sealed class StartRepairConsumer(CoordinatorDbContext db, TimeProvider time) : IConsumer<StartRepair>
{
    public async Task Consume(ConsumeContext<StartRepair> context)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(context.CancellationToken);
        var answer = await DecideAsync(context.Message);
        await db.SaveChangesAsync(CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        await FaultPoint.ReachedAsync(FaultPoints.RunClaimed);
        if (context.ResponseAddress is not null) await context.RespondAsync(answer);
    }

    async Task<RunAnswered> DecideAsync(StartRepair repair)
    {
        var (name, of) = ($"{repair.Project}/{repair.Pipeline}", repair.Repair.JobId);
        var pipeline = await PipelineRow.LockAsync(db, repair.Project, repair.Pipeline);
        var repaired = await RepairedJob.FindAsync(db, of, repair.PipelineId);
        if (await IsStartedAsync(repair, pipeline)) return Started(repair, Version(repair, repaired, pipeline), "The job was started already.");
        if (pipeline is null || pipeline.pipeline_id != repair.PipelineId) return Refuse(repair, RunRule.Missing, $"There is no pipeline {name}.");
        if (pipeline.state != "Enabled")
        {
            var inTheWay = pipeline.state == "Resyncing" ? pipeline.current_job_id : null;
            return Refuse(repair, RunRule.PipelineTakesNoRuns, $"Pipeline {name} is {pipeline.state}: {StartJobConsumer.Way(pipeline.state)}.", inTheWay)
                with
            { PipelineState = pipeline.state };
        }

        if (repaired is not { is_recorded: true })
            return Refuse(repair, RunRule.NothingRecorded, $"Job {of} has written nothing, or its change log is kept no longer.", of, repaired?.state);
        if (!repaired.IsThrough) return Refuse(repair, RunRule.NotEnded, $"Job {of} is {repaired.state}: it has to end first.", of, repaired.state);

        if (IsOfAnotherVersion(repair, pipeline) is { } otherwise) return Refuse(repair, RunRule.VersionChanged, otherwise, of, repaired.state);

        var current = pipeline.current_job_id is { } id ? await CurrentJob.FindAsync(db, id) : CurrentJob.None;
        if (pipeline.Waiting() is { } waiting)
        {
            return Refuse(
                repair, RunRule.SuccessorWaits, $"Run {waiting.RunId} waits for job {pipeline.current_job_id} of the pipeline to end already.",
                pipeline.current_job_id, current.State) with
            { SuccessorId = waiting.RunId };
        }

        if (current.IsActive)
        {
            return Refuse(
                repair, RunRule.ActiveJob, $"Job {pipeline.current_job_id} of the pipeline is active.", pipeline.current_job_id, current.State);
        }

        if (await UnconfirmedStops.BeforeAsync(db, pipeline.pipeline_id) is { } unconfirmed)
            return Refuse(repair, RunRule.StopUnconfirmed, UnconfirmedStops.Sentence(unconfirmed), unconfirmed);
        if (current.IsFailedRepair)
            return Refuse(repair, RunRule.RepairFailed, current.RepairFailed(pipeline.current_job_id!.Value), pipeline.current_job_id, current.State);
        return await ClaimAsync(repair, pipeline, Version(repair, repaired, pipeline), supersedes: current.State == nameof(SyncJobStateMachine.Failed));
    }

    // Which objects and keys it has, and by what numbers, was looked up in the file.
    static string? IsOfAnotherVersion(StartRepair repair, PipelineRow pipeline) =>
        repair is { Kind: JobKind.Replay, PipelineVersion: { } looked } && looked != pipeline.version
            ? $"Version {pipeline.version} of {repair.Project}/{repair.Pipeline} was applied meanwhile, and the replay was asked for by version {looked}: ask again."
            : null;

    // A rollback goes by what the job knew of its tables; a replay by what is right now.
    static int Version(StartRepair repair, RepairedJob? repaired, PipelineRow? pipeline) =>
        (repair.Kind == JobKind.Rollback ? repaired?.pipeline_version : pipeline?.version) ?? 0;

    // Also when the pipeline has gone on since, or is gone: whoever asks again has not heard the answer.
    async Task<bool> IsStartedAsync(StartRepair repair, PipelineRow? pipeline) =>
        pipeline?.current_job_id == repair.RunId || await db.Jobs.AnyAsync(job => job.CorrelationId == repair.RunId);

    async Task<RunAnswered> ClaimAsync(StartRepair repair, PipelineRow pipeline, int version, bool supersedes)
    {
        var (before, now) = (pipeline.current_job_id, time.GetUtcNow());
        var accept = await JobClaim.TakeAsync(db, repair, pipeline, version, now, supersedes ? before : null);
        db.Obligations.Add(supersedes
            ? Obligation.Of(before!.Value, new SupersedeJob { JobId = before.Value, Successor = accept }, Lanes.JobCommands, now)
            : Obligation.Of(repair.RunId, accept, Lanes.JobCommands, now));
        return Started(repair, version, $"Job {repair.RunId} was accepted.");
    }

    static RunAnswered Started(StartRepair repair, int version, string sentence) => new()
    {
        RunId = repair.RunId,
        Outcome = RunOutcome.Started,
        JobId = repair.RunId,
        Kind = repair.Kind,
        PipelineVersion = version,
        Sentence = sentence,
    };

    static RunAnswered Refuse(StartRepair repair, RunRule rule, string sentence, Guid? job = null, string? state = null) => new()
    {
        RunId = repair.RunId,
        Outcome = RunOutcome.Refused,
        Rule = rule,
        JobId = job,
        JobState = state,
        Sentence = sentence,
    };
}
