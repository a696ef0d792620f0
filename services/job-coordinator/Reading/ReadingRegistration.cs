using Headgate.JobCoordinator.Changes;
using Headgate.JobCoordinator.Doubts;
using Headgate.JobCoordinator.Recovery;
using Headgate.JobCoordinator.Relaying;
using Headgate.JobCoordinator.Watching;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Headgate.JobCoordinator.Reading;

/// <summary>What the reading calls are made of; nothing of it does anything before somebody asks.</summary>
static class ReadingRegistration
{
    public static void AddJobReading(this IServiceCollection services)
    {
        services.AddSingleton<JobQueries>();
        services.AddSingleton<PipelineQueries>();
        services.AddSingleton<JobFinder>();
        services.AddSingleton<JobObjects>();
        services.AddSingleton<JobTasks>();
        services.AddSingleton<GuardMessages>();
        services.AddSingleton<JobFindings>();
        services.AddSingleton<Tokens>();
        services.AddSingleton<JobReads>();
        services.AddSingleton<StopQueries>();
        services.AddSingleton<StopReads>();
        services.AddSingleton<PipelineReads>();
        services.AddSingleton<UsageReads>();
        services.AddSingleton<UpstreamEventReads>();
        services.AddSingleton<InDoubtReads>();
        services.AddSingleton<RecoveryMarks>();
        services.AddSingleton<RecoveryQueries>();
        services.AddSingleton<SuggestedGuards>();
        services.AddSingleton<RecoveryReads>();
        services.AddSingleton<ObjectNames>();
        services.TryAddSingleton<OpenStreams>();
        services.AddSingleton<RelayAddress>();
        services.AddSingleton<RecordRelay>();
        services.AddSingleton<ChangeReads>();
        services.AddSingleton<RejectReads>();
        services.AddSingleton<JobFeed>();
        services.AddSingleton<JobWatches>();
    }
}
