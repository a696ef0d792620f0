using Headgate.JobCoordinator.Database;
using Npgsql;

namespace Headgate.JobCoordinator.Access.Idempotency;

/// <summary>Forgets calls a day after they were made.</summary>
sealed partial class IdempotentCallPurge(CoordinatorState state, TimeProvider time, ILogger<IdempotentCallPurge> log) : BackgroundService
{
    static readonly TimeSpan Period = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do await PurgeAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    async Task PurgeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var command = state.Source.CreateCommand("delete from coordinator.idempotent_call where at < now() - interval '24 hours'");
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotPurged(error.GetType().Name, (error as NpgsqlException)?.SqlState);
        }
    }
}
