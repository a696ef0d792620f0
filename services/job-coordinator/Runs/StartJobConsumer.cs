using System.Text.Json;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Runs;
using Headgate.Hosting.Bus;
using Headgate.Hosting.Faults;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Obligations;
using Headgate.JobCoordinator.Pipelines;
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
        if (pipeline is null) return Answer(run, RunOutcome.Refused, null, $"There is no pipeline {run.Project}/{run.Pipeline}.");
        if (pipeline.current_job_id == run.RunId) return Answer(run, RunOutcome.Started, run.RunId, "The run was started already.");
        if (pipeline.state != "Enabled")
            return Answer(run, RunOutcome.Refused, null, $"Pipeline {run.Project}/{run.Pipeline} is {pipeline.state}: enable it first.");

        var current = pipeline.current_job_id is { } id ? await CurrentJob.FindAsync(db, id) : CurrentJob.None;
        if (current.IsActive) return await SkipAsync(run, pipeline);
        if (current is { State: nameof(SyncJobStateMachine.Failed), PipelineVersion: var version } && version == pipeline.version)
            return Resume(run, pipeline, current.Epoch);
        return await ClaimAsync(run, pipeline, supersedes: current.State == nameof(SyncJobStateMachine.Failed));
    }

    async Task<RunAnswered> SkipAsync(StartJob run, PipelineRow pipeline)
    {
        await db.Database.ExecuteSqlAsync(
            $"""
             insert into coordinator.skipped_run (run_id, pipeline_id, job_id, trigger, trigger_detail, actor, reason)
             values ({run.RunId}, {pipeline.pipeline_id}, {pipeline.current_job_id}, {run.Trigger.ToString()}, {run.TriggerDetail}, {run.Actor},
                     'a job of the pipeline is active')
             on conflict do nothing
             """);
        return Answer(run, RunOutcome.Skipped, pipeline.current_job_id, $"Job {pipeline.current_job_id} of the pipeline is active; the run is skipped.");
    }

    RunAnswered Resume(StartJob run, PipelineRow pipeline, int epoch)
    {
        var job = pipeline.current_job_id!.Value;
        Owe(job, new ResumeJob { JobId = job, Actor = run.Actor, Reason = $"a run came due ({run.Trigger})", Epoch = epoch });
        return Answer(run, RunOutcome.Resumed, job, $"The failed job {job} goes on where it failed.");
    }

    async Task<RunAnswered> ClaimAsync(StartJob run, PipelineRow pipeline, bool supersedes)
    {
        var accept = new AcceptJob
        {
            JobId = run.RunId,
            JobNo = await NextJobNoAsync(),
            PipelineId = pipeline.pipeline_id,
            PipelineVersion = pipeline.version,
            Project = run.Project,
            Pipeline = run.Pipeline,
            Kind = await HasOffsetsAsync(pipeline) ? JobKind.Incremental : JobKind.Historical,
            Trigger = run.Trigger,
            TriggerDetail = run.TriggerDetail,
            Actor = run.Actor,
            At = time.GetUtcNow(),
        };
        if (supersedes) Owe(pipeline.current_job_id!.Value, new SupersedeJob { JobId = pipeline.current_job_id!.Value, Successor = accept });
        else Owe(run.RunId, accept);
        await db.Database.ExecuteSqlAsync(
            $"update coordinator.pipeline set current_job_id = {run.RunId}, updated_at = now() where pipeline_id = {pipeline.pipeline_id}");
        return Answer(run, RunOutcome.Started, run.RunId, $"Job {run.RunId} was accepted.");
    }

    Task<long> NextJobNoAsync() => db.Database.SqlQuery<long>($"""select nextval('coordinator.job_no') as "Value" """).SingleAsync();

    Task<bool> HasOffsetsAsync(PipelineRow pipeline) => db.Database.SqlQuery<bool>(
        $"""select exists (select from coordinator.object_offset where pipeline_id = {pipeline.pipeline_id}) as "Value" """).SingleAsync();

    void Owe(Guid job, object message) => db.Obligations.Add(new Obligation
    {
        ObligationId = NewId.NextGuid(),
        JobId = job,
        Message = message.GetType().FullName!,
        Lane = Lanes.JobCommands,
        Body = JsonSerializer.Serialize(message, message.GetType(), PipelineJson.Options),
        CreatedAt = time.GetUtcNow(),
        NotBefore = time.GetUtcNow(),
    });

    static RunAnswered Answer(StartJob run, RunOutcome outcome, Guid? job, string sentence) =>
        new() { RunId = run.RunId, Outcome = outcome, JobId = job, Sentence = sentence };
}
