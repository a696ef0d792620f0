using Grpc.Core;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.JobCoordinator.Reading;
using Headgate.V1;
using RunOutcome = Headgate.Contracts.Runs.RunOutcome;
using TriggerKind = Headgate.Contracts.Runs.TriggerKind;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>ResyncPipeline: everything anew, in place of whatever job is active.</summary>
sealed class ResyncRequests(
    IdempotentCalls calls, PipelineQueries pipelines, PipelineReads reads, JobQueries jobs, RunQuestions questions, RunEstimates estimates)
{
    public Task<ResyncPipelineResponse> ResyncAsync(ResyncPipelineRequest request, ServerCallContext context) => request.ValidateOnly
        ? ValidateAsync(request, context.Caller(), context.CancellationToken)
        : calls.RunAsync(
            context,
            request,
            first: call => FirstAsync(call, request, context.Caller(), context.CancellationToken),
            again: async answered =>
            {
                answered.Pipeline = (await reads.ByIdsAsync([Guid.Parse(answered.Pipeline.Id)], context.CancellationToken))[0];
                var look = await jobs.ByIdAsync(Guid.Parse(answered.Job.Id), context.CancellationToken);
                if (look.Jobs is [var job]) answered.Job = JobMessages.Of(job, look.At);
                return answered;
            });

    async Task<ResyncPipelineResponse> ValidateAsync(ResyncPipelineRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var pipeline = await pipelines.FindAsync(request.Pipeline, "pipeline", caller.Project, cancellationToken);
        var (estimate, sentence) = await estimates.OfResyncAsync(pipeline, request.DropAndLoad, cancellationToken);
        return new ResyncPipelineResponse
        {
            Pipeline = (await reads.ByIdsAsync([pipeline.Id], cancellationToken))[0],
            Sentence = sentence,
            Estimate = estimate,
        };
    }

    // It does not know that a run can be a resync, and has asked for a plain one.
    static RpcException Older(RunAnswered answer) => CallErrors.Unavailable(
        $"The scheduler is of an older version and knows no resync: job {answer.JobId} is a plain run. Update the scheduler, then try again.");

    async Task<ResyncPipelineResponse> FirstAsync(
        IdempotentCall call, ResyncPipelineRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var pipeline = await pipelines.FindAsync(request.Pipeline, "pipeline", caller.Project, cancellationToken);
        var run = new StartRun
        {
            RunId = call.Id,
            Project = pipeline.Project,
            Pipeline = pipeline.Name,
            PipelineId = pipeline.Id,
            Trigger = TriggerKind.Resync,
            Actor = caller.Name,
            Reason = request.Reason.Length > 0 ? request.Reason : null,
            OnActiveJob = Contracts.Runs.OnActiveJob.CancelAndStart,
            Resync = true,
            DropAndLoad = request.DropAndLoad,
            ConfirmedFullLoad = request.ConfirmFullLoad,
        };
        var answer = await questions.AskAsync(run, pipeline, cancellationToken);
        if (answer is { Outcome: RunOutcome.Resumed } or { Outcome: RunOutcome.Started, Kind: not Contracts.Runs.JobKind.Resync }) throw Older(answer);
        var job = await questions.JobAsync(run, answer, cancellationToken);
        return new ResyncPipelineResponse
        {
            Pipeline = (await reads.ByIdsAsync([pipeline.Id], cancellationToken))[0],
            Sentence = answer.Outcome == RunOutcome.Started
                ? $"Job {job.Id} was accepted: it reads all records of all included objects; until it has ended no other run starts." : answer.Sentence,
            Outcome = Enum.Parse<V1.RunOutcome>(answer.Outcome.ToString()),
            Job = job,
        };
    }
}
