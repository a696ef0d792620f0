using Grpc.Core;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.JobCoordinator.Reading;
using Headgate.JobCoordinator.Starts;
using Headgate.V1;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>PauseSchedule and ResumeSchedule: whether runs come due by themselves. Neither the pipeline's own switch nor a job is touched.</summary>
sealed class ScheduleCommands(IdempotentCalls calls, PipelineQueries pipelines, PipelineReads reads, TimeProvider time)
{
    public Task<PauseScheduleResponse> PauseAsync(PauseScheduleRequest request, ServerCallContext context) => calls.RunAsync(
        context,
        request,
        first: async call =>
        {
            var switched = await SwitchAsync(call, request.Pipeline, paused: true, request.Reason, context);
            return new PauseScheduleResponse
            {
                Pipeline = switched.Pipeline,
                Sentence = switched.IsChanged
                    ? $"{switched.Before.Project}/{switched.Before.Name} starts no run by its schedule any more{Passed(switched.Before)}{Active(switched.Pipeline)}."
                    : $"Nothing to do: the schedule of {switched.Before.Project}/{switched.Before.Name} is paused.",
                Outcome = switched.Outcome,
            };
        },
        again: async answered =>
        {
            answered.Pipeline = await AsItStandsAsync(answered.Pipeline, context);
            return answered;
        });

    public Task<ResumeScheduleResponse> ResumeAsync(ResumeScheduleRequest request, ServerCallContext context) => calls.RunAsync(
        context,
        request,
        first: async call =>
        {
            var switched = await SwitchAsync(call, request.Pipeline, paused: false, request.Reason, context);
            var next = (switched.Before with { SchedulePaused = false }).NextRun(time.GetUtcNow()).Sentence;
            return new ResumeScheduleResponse
            {
                Pipeline = switched.Pipeline,
                Sentence = switched.IsChanged
                    ? $"{switched.Before.Project}/{switched.Before.Name} starts runs by its schedule again, and none of those that came due meanwhile; {next}."
                    : $"Nothing to do: the schedule of {switched.Before.Project}/{switched.Before.Name} is not paused; {next}.",
                Outcome = switched.Outcome,
            };
        },
        again: async answered =>
        {
            answered.Pipeline = await AsItStandsAsync(answered.Pipeline, context);
            return answered;
        });

    async Task<Switched> SwitchAsync(IdempotentCall call, PipelineReference reference, bool paused, string reason, ServerCallContext context)
    {
        var (caller, stop) = (context.Caller(), context.CancellationToken);
        var found = await pipelines.FindAsync(reference, "pipeline", caller.Project, stop);
        var connection = await call.ConnectionAsync(stop);
        await LockedPipeline.LockAsync(connection, found, stop);
        var before = (await PipelineQueries.ByIdsAsync(connection, [found.Id], stop))[0];
        var isChanged = await StartRules.SwitchAsync(connection, found.Id, paused, caller.Name, reason.Length > 0 ? reason : null, stop);
        return new Switched(before, (await reads.ByIdsAsync(connection, [found.Id], stop))[0], isChanged);
    }

    string Passed(PipelineRecord before) =>
        before.NextRun(time.GetUtcNow()).Due is { } due ? $"; the one of {NextRun.Shown(due)} does not come due" : "";

    static string Active(Pipeline pipeline) => pipeline.CurrentJob is { } job ? $"; job {job.Id}, {job.State}, is not touched" : "";

    async Task<Pipeline> AsItStandsAsync(Pipeline pipeline, ServerCallContext context) =>
        (await reads.ByIdsAsync([Guid.Parse(pipeline.Id)], context.CancellationToken))[0];

    sealed record Switched(PipelineRecord Before, Pipeline Pipeline, bool IsChanged)
    {
        public CommandOutcome Outcome => IsChanged ? CommandOutcome.Accepted : CommandOutcome.AlreadySo;
    }
}
