using Headgate.JobCoordinator.Calls.Pipelines;
using Headgate.JobCoordinator.Reading;

namespace Headgate.JobCoordinator.Calls;

/// <summary>Pipelines: their files, their switches, and the runs of them. What a method does is in the class that it hands the call to.</summary>
sealed partial class PipelineCalls(
    PipelineReads reads, PipelineApplication files, PipelineSwitch switches, ScheduleCommands schedules, PipelineDeletion deletion, RunRequests runs,
    ResyncRequests resyncs, DryRunRequests dryRuns, UpstreamEventReads events)
    : V1.PipelineService.PipelineServiceBase;
