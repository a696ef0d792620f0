using Grpc.Core;
using Headgate.Contracts.Runs;
using Headgate.Hosting.Bus;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Reading;
using Headgate.V1;
using MassTransit;
using JobKind = Headgate.Contracts.Runs.JobKind;
using RunOutcome = Headgate.Contracts.Runs.RunOutcome;
using TriggerKind = Headgate.Contracts.Runs.TriggerKind;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>SyncNow: asks the scheduler for a run, as everything does that starts one, and tells what became of it.</summary>
sealed class RunRequests(
    IdempotentCalls calls, PipelineQueries pipelines, JobQueries jobs, JobBirths births, CoordinatorState state, IBus bus, TimeProvider time)
{
    const int LongestDetail = 200;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public Task<SyncNowResponse> SyncNowAsync(SyncNowRequest request, ServerCallContext context)
    {
        if (request.TriggerDetail.Length > LongestDetail || request.TriggerDetail.Contains('\0'))
            throw CallErrors.Invalid(("trigger_detail", $"Expected at most {LongestDetail} characters, none of them U+0000."));
        if (!Enum.IsDefined(request.OnActiveJob)) throw CallErrors.Invalid(("on_active_job", "There is no such value."));
        if (request.OnActiveJob == OnActiveJob.CancelAndStart) throw NotYet.CancelAndStart;
        if (request.ValidateOnly) throw NotYet.Estimates;
        return calls.RunAsync(
            context,
            request,
            first: call => FirstAsync(call, request, context.Caller(), context.CancellationToken),
            again: async answered =>
            {
                if (answered.Outcome == V1.RunOutcome.Started) await AddReasonAsync(Guid.Parse(answered.Job.Id), request.Reason, context.CancellationToken);
                // What it was answered with stays where the job is still on its way.
                var look = await jobs.ByIdAsync(Guid.Parse(answered.Job.Id), context.CancellationToken);
                if (look.Jobs is [var job]) answered.Job = JobMessages.Of(job, look.At);
                return answered;
            });
    }

    // As with all commands: a repeat may bring what the first call left empty.
    async Task AddReasonAsync(Guid job, string reason, CancellationToken cancellationToken)
    {
        if (reason.Length == 0) return;
        await using var command = state.Source.CreateCommand(
            "update coordinator.sync_job set trigger_reason = $2 where job_id = $1 and trigger_reason is null");
        command.Parameters.AddWithValue(job);
        command.Parameters.AddWithValue(reason);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    async Task<SyncNowResponse> FirstAsync(IdempotentCall call, SyncNowRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var pipeline = await pipelines.FindAsync(request.Pipeline, "pipeline", caller.Project, cancellationToken);
        var run = new StartRun
        {
            RunId = call.Id,
            Project = pipeline.Project,
            Pipeline = pipeline.Name,
            PipelineId = pipeline.Id,
            Trigger = request.TriggerDetail.Length > 0 ? TriggerKind.Api : TriggerKind.SyncNow,
            TriggerDetail = request.TriggerDetail.Length > 0 ? request.TriggerDetail : null,
            Actor = caller.Name,
            Reason = request.Reason.Length > 0 ? request.Reason : null,
        };
        var answer = await AskAsync(run, cancellationToken);
        return answer.Outcome switch
        {
            RunOutcome.Started => await StartedAsync(run, answer, cancellationToken),
            RunOutcome.Resumed => await ResumedAsync(answer, cancellationToken),
            _ => throw await RefusedAsync(pipeline, answer, cancellationToken),
        };
    }

    async Task<RunAnswered> AskAsync(StartRun run, CancellationToken cancellationToken)
    {
        try
        {
            return await bus.AskAsync<StartRun, RunAnswered>(Lanes.Runs, run, Patience, cancellationToken);
        }
        catch (RequestException)
        {
            throw CallErrors.Unanswered("The scheduler");
        }
    }

    async Task<SyncNowResponse> StartedAsync(StartRun run, RunAnswered answer, CancellationToken cancellationToken)
    {
        var (job, at) = await births.WaitAsync(run.RunId, cancellationToken) ?? (Expected(run, answer), time.GetUtcNow());
        return new SyncNowResponse
        {
            Job = JobMessages.Of(job, at),
            Sentence = $"Job {job.Id} was accepted: it reads "
                + (job.Kind == JobKind.Incremental ? "what has changed since the last successful offsets." : "all records."),
            Outcome = V1.RunOutcome.Started,
        };
    }

    // As it will be born: nothing but its number and the moment are the coordinator's that accepts it.
    JobRow Expected(StartRun run, RunAnswered answer) => new()
    {
        Id = run.RunId,
        Project = run.Project,
        Pipeline = run.Pipeline,
        PipelineId = run.PipelineId!.Value,
        PipelineVersion = answer.PipelineVersion ?? 0,
        Kind = answer.Kind ?? JobKind.Incremental,
        State = nameof(SyncJobStateMachine.Pending),
        Attempt = 1,
        Epoch = 0,
        Trigger = run.Trigger,
        TriggerDetail = run.TriggerDetail,
        Actor = run.Actor,
        TriggerReason = run.Reason,
        Counts = new Contracts.Jobs.RecordCounts(),
        Created = time.GetUtcNow(),
        Changed = 0,
    };

    async Task<SyncNowResponse> ResumedAsync(RunAnswered answer, CancellationToken cancellationToken)
    {
        var found = await births.WaitAsync(answer.JobId!.Value, cancellationToken, job => job.State != nameof(SyncJobStateMachine.Failed));
        var (job, at) = found ?? throw CallErrors.Unanswered("The job");
        return new SyncNowResponse { Job = JobMessages.Of(job, at), Sentence = answer.Sentence, Outcome = V1.RunOutcome.Resumed };
    }

    async Task<RpcException> RefusedAsync(PipelineRecord pipeline, RunAnswered answer, CancellationToken cancellationToken)
    {
        switch (answer.Rule)
        {
            case RunRule.ActiveJob when answer.JobId is { } id:
                var look = await jobs.ByIdAsync(id, cancellationToken);
                var job = look.Jobs is [var row] ? ActiveJob.Of(row) : new ActiveJob(id, nameof(SyncJobStateMachine.Pending), IsBorn: false);
                // By the state in which it was in the way; it may have gone on since.
                job = job with { State = answer.JobState ?? job.State };
                return PipelineRefusals.OfJob(
                    Rule.ActiveJob, job, $"Job {id} of {pipeline.Project}/{pipeline.Name} is {job.State}; no run was started.");
            case RunRule.PipelineTakesNoRuns:
                return PipelineRefusals.TakesNoRuns(pipeline.Id, answer.PipelineState!, answer.Sentence);
            case RunRule.StopUnconfirmed:
                return PipelineRefusals.StopUnconfirmed(pipeline.Id, answer.JobId!.Value, answer.Sentence);
            case RunRule.Missing:
                return CallErrors.NotFound($"There is no pipeline {pipeline.Project}/{pipeline.Name}.");
            default:
                throw new InvalidOperationException($"A run was {answer.Outcome} without a rule that is known.");
        }
    }
}
