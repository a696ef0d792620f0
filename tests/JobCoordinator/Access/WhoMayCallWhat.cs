using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Access;

/// <summary>Who may call what, written by hand: a changed option of a proto is noticed here.</summary>
static class WhoMayCallWhat
{
    public static readonly Dictionary<string, (Role Least, Scope Scope)> Table = new(StringComparer.Ordinal)
    {
        ["AccessService.CreateApiKey"] = (Role.Admin, Scope.Project),
        ["AccessService.ListApiKeys"] = (Role.Admin, Scope.Key),
        ["AccessService.RevokeApiKey"] = (Role.Admin, Scope.Project),
        ["JobService.GetJob"] = (Role.Viewer, Scope.Project),
        ["JobService.ListJobs"] = (Role.Viewer, Scope.Key),
        ["JobService.GetStops"] = (Role.Viewer, Scope.Key),
        ["JobService.WatchJob"] = (Role.Viewer, Scope.Project),
        ["JobService.WatchJobs"] = (Role.Viewer, Scope.Key),
        ["JobService.PauseJob"] = (Role.Operator, Scope.Project),
        ["JobService.ResumeJob"] = (Role.Operator, Scope.Project),
        ["JobService.CancelJob"] = (Role.Operator, Scope.Project),
        ["JobService.RestartJob"] = (Role.Operator, Scope.Project),
        ["JobService.DiscardJob"] = (Role.Operator, Scope.Project),
        ["JobService.AbandonJob"] = (Role.Admin, Scope.Project),
        ["JobService.DeleteJob"] = (Role.Operator, Scope.Project),
        ["JobService.SetJobRate"] = (Role.Operator, Scope.Project),
        ["JobService.OperateJobs"] = (Role.Operator, Scope.Key),
        ["JobService.GetRecovery"] = (Role.Viewer, Scope.Project),
        ["PipelineService.ApplyPipeline"] = (Role.Operator, Scope.Project),
        ["PipelineService.GetPipeline"] = (Role.Viewer, Scope.Project),
        ["PipelineService.ListPipelines"] = (Role.Viewer, Scope.Key),
        ["PipelineService.ListUpstreamEvents"] = (Role.Viewer, Scope.Key),
        ["PipelineService.EnablePipeline"] = (Role.Operator, Scope.Project),
        ["PipelineService.PausePipeline"] = (Role.Operator, Scope.Project),
        ["PipelineService.DeletePipeline"] = (Role.Operator, Scope.Project),
        ["PipelineService.SyncNow"] = (Role.Operator, Scope.Project),
        ["PipelineService.ResyncPipeline"] = (Role.Operator, Scope.Project),
        ["PipelineService.DryRun"] = (Role.Operator, Scope.Project),
        ["PipelineService.PauseSchedule"] = (Role.Operator, Scope.Project),
        ["PipelineService.ResumeSchedule"] = (Role.Operator, Scope.Project),
        ["RecordService.ListChanges"] = (Role.Viewer, Scope.Project),
        ["RecordService.ListRejected"] = (Role.Viewer, Scope.Project),
        ["RecordService.ListInDoubt"] = (Role.Viewer, Scope.Project),
        ["RecordService.DiffJob"] = (Role.Operator, Scope.Project),
        ["RecordService.GetUsage"] = (Role.Viewer, Scope.Key),
        ["RecordService.RollbackJob"] = (Role.Operator, Scope.Project),
        ["RecordService.ReplayJob"] = (Role.Operator, Scope.Project),
    };
}
