using Grpc.Core;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Reading;
using Headgate.V1;
using JobKind = Headgate.V1.JobKind;
using OnActiveJob = Headgate.V1.OnActiveJob;
using RunOutcome = Headgate.Contracts.Runs.RunOutcome;
using TriggerKind = Headgate.Contracts.Runs.TriggerKind;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>SyncNow: what has changed, and all of what is new in the file.</summary>
sealed class RunRequests(
    IdempotentCalls calls, PipelineQueries pipelines, JobQueries jobs, RunQuestions questions, RunEstimates estimates, CoordinatorState state)
{
    const int LongestDetail = 200;

    public Task<SyncNowResponse> SyncNowAsync(SyncNowRequest request, ServerCallContext context)
    {
        if (request.TriggerDetail.Length > LongestDetail || request.TriggerDetail.Contains('\0'))
            throw CallErrors.Invalid(("trigger_detail", $"Expected at most {LongestDetail} characters, none of them U+0000."));
        if (!Enum.IsDefined(request.OnActiveJob)) throw CallErrors.Invalid(("on_active_job", "There is no such value."));
        if (request.ActiveJobId.Length > 0 && !Guid.TryParseExact(request.ActiveJobId, "D", out _))
            throw CallErrors.Invalid(("active_job_id", "Expected a UUID."));
        if (request.ActiveJobId.Length > 0 && request.OnActiveJob != OnActiveJob.CancelAndStart)
            throw CallErrors.Invalid(("active_job_id", "Expected with on_active_job CANCEL_AND_START only."));
        // It changes nothing, so that a repeat is answered by things as they are then.
        if (request.ValidateOnly) return ValidateAsync(request, context.Caller(), context.CancellationToken);
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

    async Task<SyncNowResponse> ValidateAsync(SyncNowRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var pipeline = await pipelines.FindAsync(request.Pipeline, "pipeline", caller.Project, cancellationToken);
        var (estimate, sentence) = await estimates.OfRunAsync(pipeline, request.OnActiveJob == OnActiveJob.CancelAndStart, cancellationToken);
        return new SyncNowResponse { Sentence = sentence, Estimate = estimate };
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
            OnActiveJob = request.OnActiveJob == OnActiveJob.CancelAndStart ? Contracts.Runs.OnActiveJob.CancelAndStart : Contracts.Runs.OnActiveJob.Refuse,
            ActiveJobId = request.ActiveJobId.Length > 0 ? Guid.Parse(request.ActiveJobId) : null,
            ConfirmedFullLoad = request.ConfirmFullLoad,
            ConfirmedVersion = request.ConfirmFullLoad ? pipeline.Version : null,
        };
        var answer = await questions.AskAsync(run, pipeline, cancellationToken);
        var job = await questions.JobAsync(run, answer, cancellationToken);
        return new SyncNowResponse
        {
            Job = job,
            Sentence = answer.Outcome == RunOutcome.Started ? $"Job {job.Id} was accepted: it reads {What(job.Kind)}." : answer.Sentence,
            Outcome = Enum.Parse<V1.RunOutcome>(answer.Outcome.ToString()),
        };
    }

    static string What(JobKind kind) => kind == JobKind.Incremental ? "what has changed since the last successful offsets" : "all records";
}
