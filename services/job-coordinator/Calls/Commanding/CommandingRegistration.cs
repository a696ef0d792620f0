using Headgate.JobCoordinator.Starts;

namespace Headgate.JobCoordinator.Calls.Commanding;

/// <summary>What the commands on jobs are made of; it needs the bus, and what access registers.</summary>
static class CommandingRegistration
{
    public static void AddJobCommanding(this IServiceCollection services)
    {
        services.AddSingleton<JobDeletion>();
        services.AddSingleton<JobRates>();
        services.AddSingleton<GivenCommands>();
        services.AddSingleton<JobRefusals>();
        services.AddSingleton<ForeseenAnswers>();
        services.AddSingleton<SelectedJobs>();
        services.AddSingleton<ResumeCheck>();
        services.AddSingleton<JobCommandSender>();
        services.AddSingleton<NextRuns>();
        services.AddSingleton<JobCommands>();
        services.AddSingleton<ManyJobs>();
    }
}
