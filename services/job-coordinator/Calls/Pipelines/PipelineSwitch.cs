using Grpc.Core;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.JobCoordinator.Fencing;
using Headgate.JobCoordinator.Jobs.Work;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reading;
using Headgate.JobCoordinator.Runs;
using Headgate.JobCoordinator.Starts;
using Headgate.V1;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>EnablePipeline and PausePipeline: whether a pipeline takes runs.</summary>
sealed class PipelineSwitch(
    IdempotentCalls calls, PipelineQueries pipelines, PipelineReads reads, ArmedDestinations armed, FenceOpener fences,
    IOptions<CoordinatorOptions> options, TimeProvider time)
{
    public Task<EnablePipelineResponse> EnableAsync(EnablePipelineRequest request, ServerCallContext context) => calls.RunAsync(
        context,
        request,
        first: async call =>
        {
            var found = await FindAsync(request.Pipeline, context);
            // Before the row is locked: a destination may be slow to answer.
            var looks = await LookAsync(found.Id, context.CancellationToken);
            var (connection, pipeline) = await LockAsync(call, found, context);
            var isChanged = pipeline.State switch
            {
                "Enabled" => looks.Count > 0,
                "Paused" or "Failed" => true,
                _ => throw PipelineRefusals.State(pipeline, "it is enabled again when its resync has ended, or once the job of that is canceled"),
            };
            if (looks.FirstOrDefault(look => look.Now is null) is { Problem: { } problem }) throw PipelineRefusals.CannotRearm(pipeline, problem);
            foreach (var look in looks)
                await ArmedDestinations.RearmAsync(connection, pipeline.Id, look.Destination, look.Now!, context.CancellationToken);
            if (isChanged) await pipeline.SetAsync(connection, $"state = {PipelineWork.StateByJob}, failures = 0", context.CancellationToken);
            var shown = await ShowAsync(connection, pipeline, context);
            var begins = shown.State == PipelineState.Resyncing ? "once its resync has ended" : $"beginning with the {First(found)}";
            return new EnablePipelineResponse
            {
                Pipeline = shown,
                Sentence = isChanged
                    ? $"{pipeline.FullName} takes runs again, {begins}; failures are counted from 0.{Rearmed(looks)}"
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
            var (connection, pipeline) = await LockAsync(call, await FindAsync(request.Pipeline, context), context);
            var isChanged = pipeline.State switch
            {
                "Paused" => false,
                "Enabled" => true,
                "Failed" => throw PipelineRefusals.State(pipeline, "it takes no runs as it is"),
                // A resync that waits for the active job to end has no job yet that could be canceled.
                _ when await WaitingRun.IsThereAsync(connection, pipeline.Id, context.CancellationToken) => true,
                _ => throw PipelineRefusals.State(pipeline, "cancel the job of its resync"),
            };
            // Dropped first: enabled again, the pipeline is not to start what nobody remembers.
            var isDropped = await WaitingRun.DropAsync(connection, pipeline.Id, "the pipeline was paused", context.CancellationToken);
            if (isChanged) await pipeline.SetAsync(connection, "state = 'Paused'", context.CancellationToken);
            var active = await ActiveJob.OfAsync(connection, pipeline.Id, context.CancellationToken);
            return new PausePipelineResponse
            {
                Pipeline = await ShowAsync(connection, pipeline, context),
                Sentence = $"{(isChanged ? $"{pipeline.FullName} takes no new runs" : $"Nothing to do: {pipeline.FullName} is Paused")}"
                    + (isDropped ? "; the run that waited was dropped" : "")
                    + $"{(active is null ? "" : $"; job {active.Id}, {active.State}, is not touched")}.",
                Outcome = isChanged ? CommandOutcome.Accepted : CommandOutcome.AlreadySo,
            };
        },
        again: async answered =>
        {
            answered.Pipeline = await AsItStandsAsync(answered.Pipeline, context);
            return answered;
        });

    Task<PipelineRecord> FindAsync(PipelineReference reference, ServerCallContext context) =>
        pipelines.FindAsync(reference, "pipeline", context.Caller().Project, context.CancellationToken);

    async Task<IReadOnlyList<DestinationLook>> LookAsync(Guid pipeline, CancellationToken cancellationToken)
    {
        var looks = new List<DestinationLook>();
        foreach (var (destination, before) in await armed.ChangedAsync(pipeline, cancellationToken))
            looks.Add(await DestinationLook.TakeAsync(fences, destination, before, options.Value.LookPatience, cancellationToken));
        return looks;
    }

    string First(PipelineRecord pipeline) => (pipeline with { State = "Enabled" }).NextRun(time.GetUtcNow()).Due is { } due
        ? $"one that comes due at {NextRun.Shown(due)}" : "next one that is asked for";

    static string Rearmed(IReadOnlyList<DestinationLook> looks) => looks switch
    {
        [] => "",
        _ when looks.All(look => look.IsAsBefore) => " Its destination is the one again for which it was armed; offsets stay.",
        _ => $" It is armed for {string.Join(", ", looks.Where(look => !look.IsAsBefore).Select(look => look.Shown))}: writes may be lost there,"
            + " so offsets were forgotten, and the next run reads everything.",
    };

    async Task<(NpgsqlConnection Connection, LockedPipeline Pipeline)> LockAsync(IdempotentCall call, PipelineRecord found, ServerCallContext context)
    {
        var connection = await call.ConnectionAsync(context.CancellationToken);
        return (connection, await LockedPipeline.LockAsync(connection, found, context.CancellationToken));
    }

    async Task<Pipeline> ShowAsync(NpgsqlConnection connection, LockedPipeline pipeline, ServerCallContext context) =>
        (await reads.ByIdsAsync(connection, [pipeline.Id], context.CancellationToken))[0];

    async Task<Pipeline> AsItStandsAsync(Pipeline pipeline, ServerCallContext context) =>
        (await reads.ByIdsAsync([Guid.Parse(pipeline.Id)], context.CancellationToken))[0];
}
