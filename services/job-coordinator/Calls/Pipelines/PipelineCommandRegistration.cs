using Headgate.JobCoordinator.Applying;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>What the commands on pipelines are made of; they need a bus.</summary>
static class PipelineCommandRegistration
{
    public static void AddPipelineCommands(this IServiceCollection services)
    {
        services.AddSingleton<PipelineCheck>();
        services.AddSingleton<PipelineApplication>();
        services.AddSingleton<PipelineSwitch>();
        services.AddSingleton<ScheduleCommands>();
        services.AddSingleton<PipelineDeletion>();
        services.AddSingleton<JobBirths>();
        services.AddSingleton<RunRefusals>();
        services.AddSingleton<RunQuestions>();
        services.AddSingleton<RunEstimates>();
        services.AddSingleton<RunRequests>();
        services.AddSingleton<ResyncRequests>();
        services.AddSingleton<DryRunRequests>();
    }
}
