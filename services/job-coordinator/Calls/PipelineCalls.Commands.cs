using Grpc.Core;

namespace Headgate.JobCoordinator.Calls;

sealed partial class PipelineCalls
{
    public override Task<V1.ApplyPipelineResponse> ApplyPipeline(V1.ApplyPipelineRequest request, ServerCallContext context) =>
        files.ApplyAsync(request, context);

    public override Task<V1.EnablePipelineResponse> EnablePipeline(V1.EnablePipelineRequest request, ServerCallContext context) =>
        switches.EnableAsync(request, context);

    public override Task<V1.PausePipelineResponse> PausePipeline(V1.PausePipelineRequest request, ServerCallContext context) =>
        switches.PauseAsync(request, context);

    public override Task<V1.PauseScheduleResponse> PauseSchedule(V1.PauseScheduleRequest request, ServerCallContext context) =>
        schedules.PauseAsync(request, context);

    public override Task<V1.ResumeScheduleResponse> ResumeSchedule(V1.ResumeScheduleRequest request, ServerCallContext context) =>
        schedules.ResumeAsync(request, context);

    public override Task<V1.DeletePipelineResponse> DeletePipeline(V1.DeletePipelineRequest request, ServerCallContext context) =>
        deletion.DeleteAsync(request, context);

    public override Task<V1.SyncNowResponse> SyncNow(V1.SyncNowRequest request, ServerCallContext context) => runs.SyncNowAsync(request, context);

    public override Task<V1.ResyncPipelineResponse> ResyncPipeline(V1.ResyncPipelineRequest request, ServerCallContext context) =>
        resyncs.ResyncAsync(request, context);

    public override Task<V1.DryRunResponse> DryRun(V1.DryRunRequest request, ServerCallContext context) => dryRuns.DryRunAsync(request, context);
}
