using Headgate.Contracts.Jobs;
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
/// Starts a job for a run: claims the pipeline, under its row's lock, so that at most one job of it is active; what follows from the
/// claim leaves as an obligation of the same transaction.
/// </summary>
sealed class StartJobConsumer(CoordinatorDbContext db, TimeProvider time) : IConsumer<StartJob>
{
    public async Task Consume(ConsumeContext<StartJob> context)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(context.CancellationToken);
        var answer = await DecideAsync(context.Message);
        await db.SaveChangesAsync(CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        await FaultPoint.ReachedAsync(FaultPoints.RunClaimed);
        if (context.ResponseAddress is not null) await context.RespondAsync(answer);
    }

    async Task<RunAnswered> DecideAsync(StartJob run)
    {
        var pipeline = await PipelineRow.LockAsync(db, run.Project, run.Pipeline);
        if (run.Due is { } due && pipeline?.pipeline_id is { } whose && run.PipelineId == whose) await SkippedRuns.NoteDueAsync(db, whose, due);
        if (await StartedBeforeAsync(run, pipeline) is { } before) return before;
        if (await SkippedRuns.FindAsync(db, run, pipeline, time.GetUtcNow()) is { } skipped) return skipped;
        if (pipeline is null || (run.PipelineId ?? pipeline.pipeline_id) != pipeline.pipeline_id)
            return await RefuseAsync(run, RunRule.Missing, null, $"There is no pipeline {run.Project}/{run.Pipeline}.");
        if (IsOfAnotherSchedule(run, pipeline) is { } why) return await RefuseAsync(run, RunRule.ScheduleChanged, pipeline, why);
        if (IsTooLate(run) is { } late) return await RefuseAsync(run, RunRule.TooLate, pipeline, late);
        if (pipeline.state != "Enabled")
        {
            var way = pipeline.state == "Failed" && await HasChangedDestinationAsync(pipeline)
                ? "its destination was failed over or restored; look at it, then enable the pipeline" : Way(pipeline.state);
            var refused = await RefuseAsync(run, RunRule.PipelineTakesNoRuns, pipeline, $"Pipeline {run.Project}/{run.Pipeline} is {pipeline.state}: {way}.");
            return pipeline.state == "Resyncing" ? refused with { JobId = pipeline.current_job_id } : refused;
        }

        var current = pipeline.current_job_id is { } id ? await CurrentJob.FindAsync(db, id) : CurrentJob.None;
        if (pipeline.Waiting() is { } waiting) return await KeepWaitingAsync(run, pipeline, current, waiting);
        if (current.IsActive) return TakesItsPlace(run, pipeline) ? await WaitAsync(run, pipeline, current) : await SkipAsync(run, pipeline, current);
        if (await UnconfirmedStops.BeforeAsync(db, pipeline.pipeline_id) is { } unconfirmed)
            return await RefuseAsync(run, RunRule.StopUnconfirmed, pipeline, UnconfirmedStops.Sentence(unconfirmed), unconfirmed);
        if (current.IsFailedRepair)
        {
            var job = pipeline.current_job_id!.Value;
            return (await RefuseAsync(run, RunRule.RepairFailed, pipeline, current.RepairFailed(job), job)) with { JobState = current.State };
        }

        if (current is { State: nameof(SyncJobStateMachine.Failed), PipelineVersion: var version } && version == pipeline.version
            && !run.Resync && !await WasRearmedSinceAsync(pipeline))
            return await ResumeAsync(run, pipeline, current);
        return await ClaimAsync(run, pipeline, supersedes: current.State == nameof(SyncJobStateMachine.Failed));
    }

    // It was on its way here when the schedule was switched off, or applied anew: nothing of the one before starts any more.
    static string? IsOfAnotherSchedule(StartJob run, PipelineRow pipeline) => run switch
    {
        { Trigger: not TriggerKind.Schedule } => null,
        _ when pipeline.schedule_paused => $"The schedule of {run.Project}/{run.Pipeline} is paused.",
        { Due: { } due } when due <= pipeline.schedule_since => $"The schedule of {run.Project}/{run.Pipeline} was changed or resumed after the run had come due.",
        _ => null,
    };

    string? IsTooLate(StartJob run) => run.StartBy is { } by && by < time.GetUtcNow()
        ? $"The run of {run.Project}/{run.Pipeline} came later than {by.ToUniversalTime():yyyy-MM-dd HH:mm:ss} UTC, and the schedule skips what is missed."
        : null;

    // What the failed job planned to go on from may be lost at the destination since.
    Task<bool> WasRearmedSinceAsync(PipelineRow pipeline) => db.Database.SqlQuery<bool>(
        $"""
         select exists (select from coordinator.armed_destination a join coordinator.sync_job j on j.job_id = {pipeline.current_job_id}
                        where a.pipeline_id = {pipeline.pipeline_id} and a.rearmed_at > j.created_at) as "Value"
         """).SingleAsync();

    Task<bool> HasChangedDestinationAsync(PipelineRow pipeline) => db.Database.SqlQuery<bool>(
        $"""
         select exists (select from coordinator.armed_destination where pipeline_id = {pipeline.pipeline_id} and found_at is not null) as "Value"
         """).SingleAsync();

    internal static string Way(string state) => state == "Resyncing" ? "it takes runs again when its resync has ended" : "enable it first";

    // Also when the pipeline has gone on since, or is gone: whoever asks again has not heard the answer.
    async Task<RunAnswered?> StartedBeforeAsync(StartJob run, PipelineRow? pipeline)
    {
        var started = await db.Jobs.AsNoTracking().Where(job => job.CorrelationId == run.RunId)
            .Select(job => new { job.Kind, job.PipelineVersion }).SingleOrDefaultAsync();
        if (started is not null) return Started(run, started.Kind, started.PipelineVersion, "The run was started already.");
        if (pipeline is not null && pipeline.current_job_id == run.RunId)
            return Started(run, await JobClaim.KindAsync(db, run, pipeline.pipeline_id), pipeline.version, "The run was started already.");
        if (pipeline?.Waiting()?.RunId == run.RunId) return Waits(run, pipeline, state: null);
        var resumed = await db.Database.SqlQuery<Guid>(
            $"""select job_id as "Value" from coordinator.resumed_run where run_id = {run.RunId}""").ToListAsync();
        return resumed is [var job] ? Resumed(run, job) : null;
    }

    // Who has agreed to the end of one job has not agreed to that of the next.
    static bool TakesItsPlace(StartJob run, PipelineRow pipeline) => run.Resync
        || (run.OnActiveJob == OnActiveJob.CancelAndStart && (run.ActiveJobId is not { } meant || meant == pipeline.current_job_id));

    // The job's own row is not locked here: it may be waiting for the pipeline's at this moment, to end.
    async Task<RunAnswered> WaitAsync(StartJob run, PipelineRow pipeline, CurrentJob current)
    {
        Owe(pipeline.current_job_id!.Value, await WaitingRun.StoreAsync(db, run, pipeline, time.GetUtcNow()));
        return Waits(run, pipeline, current.State);
    }

    async Task<RunAnswered> KeepWaitingAsync(StartJob run, PipelineRow pipeline, CurrentJob current, StartJob waiting)
    {
        var skipped = await SkipAsync(run, pipeline, current, RunRule.SuccessorWaits, "another run waits for the active job to end");
        return skipped with
        {
            SuccessorId = waiting.RunId,
            Sentence = $"Run {waiting.RunId} waits for job {pipeline.current_job_id} of the pipeline to end already; this one is skipped.",
        };
    }

    async Task<RunAnswered> SkipAsync(
        StartJob run, PipelineRow pipeline, CurrentJob current, RunRule rule = RunRule.ActiveJob, string why = "a job of the pipeline is active")
    {
        await SkippedRuns.AddAsync(db, run, pipeline.pipeline_id, pipeline.current_job_id, rule, why);
        return new RunAnswered
        {
            RunId = run.RunId,
            Outcome = RunOutcome.Skipped,
            Rule = rule,
            JobId = pipeline.current_job_id,
            JobState = current.State,
            PipelineState = pipeline.state,
            Sentence = $"Job {pipeline.current_job_id} of the pipeline is active; the run is skipped.",
        };
    }

    async Task<RunAnswered> ResumeAsync(StartJob run, PipelineRow pipeline, CurrentJob current)
    {
        var job = pipeline.current_job_id!.Value;
        Owe(job, new ResumeJob
        {
            JobId = job,
            Actor = run.Actor,
            Reason = run.Reason ?? $"a run came due ({run.Trigger})",
            Epoch = current.Epoch,
            ConfirmedFullLoad = JobClaim.IsConfirmed(run, pipeline),
        });
        await db.Database.ExecuteSqlAsync(
            $"insert into coordinator.resumed_run (run_id, job_id) values ({run.RunId}, {job}) on conflict do nothing");
        return Resumed(run, job);
    }

    async Task<RunAnswered> ClaimAsync(StartJob run, PipelineRow pipeline, bool supersedes)
    {
        var before = pipeline.current_job_id;
        var accept = await JobClaim.TakeAsync(db, run, pipeline, time.GetUtcNow(), supersedes ? before : null);
        if (supersedes) Owe(before!.Value, new SupersedeJob { JobId = before.Value, Successor = accept });
        else Owe(run.RunId, accept);
        return Started(run, accept.Kind, accept.PipelineVersion, $"Job {run.RunId} was accepted.");
    }

    void Owe(Guid job, object message) => db.Obligations.Add(Obligation.Of(job, message, Lanes.JobCommands, time.GetUtcNow()));

    static RunAnswered Started(StartJob run, JobKind kind, int version, string sentence) => new()
    {
        RunId = run.RunId,
        Outcome = RunOutcome.Started,
        JobId = run.RunId,
        Kind = kind,
        PipelineVersion = version,
        Sentence = sentence,
    };

    static RunAnswered Waits(StartJob run, PipelineRow pipeline, string? state) => new()
    {
        RunId = run.RunId,
        Outcome = RunOutcome.Waiting,
        JobId = pipeline.current_job_id,
        JobState = state,
        SuccessorId = run.RunId,
        Sentence = $"Job {pipeline.current_job_id} is being canceled; job {run.RunId} starts in the moment in which that one has ended.",
    };

    static RunAnswered Resumed(StartJob run, Guid job) => new()
    {
        RunId = run.RunId,
        Outcome = RunOutcome.Resumed,
        JobId = job,
        JobState = nameof(SyncJobStateMachine.Failed),
        Sentence = $"The failed job {job} goes on where it failed.",
    };

    // Whoever asks is told; of what starts by itself nobody would know.
    async Task<RunAnswered> RefuseAsync(StartJob run, RunRule rule, PipelineRow? pipeline, string sentence, Guid? job = null)
    {
        if (run.Trigger is TriggerKind.Schedule or TriggerKind.Event && (run.PipelineId ?? pipeline?.pipeline_id) is { } id)
            await SkippedRuns.AddAsync(db, run, id, job, rule, sentence.TrimEnd('.'));
        return new RunAnswered
        {
            RunId = run.RunId,
            Outcome = RunOutcome.Refused,
            Rule = rule,
            JobId = job,
            PipelineState = pipeline?.state,
            Sentence = sentence,
        };
    }
}
