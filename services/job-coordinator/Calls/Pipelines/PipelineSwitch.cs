using Grpc.Core;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.JobCoordinator.Reading;
using Headgate.V1;
using Npgsql;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>EnablePipeline and PausePipeline: whether a pipeline takes runs.</summary>
sealed class PipelineSwitch(IdempotentCalls calls, PipelineQueries pipelines, PipelineReads reads)
{
    public Task<EnablePipelineResponse> EnableAsync(EnablePipelineRequest request, ServerCallContext context) => calls.RunAsync(
        context,
        request,
        first: async call =>
        {
            var (connection, pipeline) = await LockAsync(call, request.Pipeline, context);
            var isChanged = pipeline.State switch
            {
                "Enabled" => false,
                "Paused" or "Failed" => true,
                _ => throw PipelineRefusals.State(pipeline, "it is enabled again when its resync has ended, or once the job of that is canceled"),
            };
            if (isChanged) await pipeline.SetAsync(connection, "state = 'Enabled', failures = 0", context.CancellationToken);
            return new EnablePipelineResponse
            {
                Pipeline = await ShowAsync(connection, pipeline, context),
                Sentence = isChanged
                    ? $"{pipeline.FullName} takes runs again, beginning with the next one that is asked for; failures are counted from 0."
                    : $"Nothing to do: {pipeline.FullName} is Enabled.",
                Outcome = isChanged ? CommandOutcome.Accepted : CommandOutcome.AlreadySo,
            };
        },
        again: async answered =>
        {
            answered.Pipeline = await AsItStandsAsync(answered.Pipeline, context);
            return answered;
        });

    public Task<PausePipelineResponse> PauseAsync(PausePipelineRequest request, ServerCallContext context) => calls.RunAsync(
        context,
        request,
        first: async call =>
        {
            var (connection, pipeline) = await LockAsync(call, request.Pipeline, context);
            var isChanged = pipeline.State switch
            {
                "Paused" => false,
                "Enabled" => true,
                "Failed" => throw PipelineRefusals.State(pipeline, "it takes no runs as it is"),
                _ => throw PipelineRefusals.State(pipeline, "cancel the job of its resync"),
            };
            if (isChanged) await pipeline.SetAsync(connection, "state = 'Paused'", context.CancellationToken);
            var active = await ActiveJob.OfAsync(connection, pipeline.Id, context.CancellationToken);
            return new PausePipelineResponse
            {
                Pipeline = await ShowAsync(connection, pipeline, context),
                Sentence = $"{(isChanged ? $"{pipeline.FullName} takes no new runs" : $"Nothing to do: {pipeline.FullName} is Paused")}"
                    + $"{(active is null ? "" : $"; job {active.Id}, {active.State}, is not touched")}.",
                Outcome = isChanged ? CommandOutcome.Accepted : CommandOutcome.AlreadySo,
            };
        },
        again: async answered =>
        {
            answered.Pipeline = await AsItStandsAsync(answered.Pipeline, context);
            return answered;
        });

    async Task<(NpgsqlConnection Connection, LockedPipeline Pipeline)> LockAsync(
        IdempotentCall call, PipelineReference reference, ServerCallContext context)
    {
        var found = await pipelines.FindAsync(reference, "pipeline", context.Caller().Project, context.CancellationToken);
        var connection = await call.ConnectionAsync(context.CancellationToken);
        return (connection, await LockedPipeline.LockAsync(connection, found, context.CancellationToken));
    }

    async Task<Pipeline> ShowAsync(NpgsqlConnection connection, LockedPipeline pipeline, ServerCallContext context) =>
        (await reads.ByIdsAsync(connection, [pipeline.Id], context.CancellationToken))[0];

    async Task<Pipeline> AsItStandsAsync(Pipeline pipeline, ServerCallContext context) =>
        (await reads.ByIdsAsync([Guid.Parse(pipeline.Id)], context.CancellationToken))[0];
}
