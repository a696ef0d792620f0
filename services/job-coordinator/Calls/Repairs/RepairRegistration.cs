namespace Headgate.JobCoordinator.Calls.Repairs;

/// <summary>What rollback and replay are made of; they need a bus.</summary>
static class RepairRegistration
{
    public static void AddRepairCalls(this IServiceCollection services)
    {
        services.AddSingleton<RepairLogs>();
        services.AddSingleton<RepairScopes>();
        services.AddSingleton<RepairEstimates>();
        services.AddSingleton<RepairStarts>();
        services.AddSingleton<RollbackPreviews>();
        services.AddSingleton<RollbackRequests>();
        services.AddSingleton<ReplayRequests>();
    }
}
