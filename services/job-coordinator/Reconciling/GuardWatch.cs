using Headgate.Contracts.Guards;
using Headgate.Hosting.Bus;
using Headgate.Hosting.State;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Reading;
using MassTransit;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Headgate.JobCoordinator.Reconciling;

/// <summary>
/// Finds running jobs that guards are to look at, for how long they take and how fast they write, and tells their sagas, which judge. Word that is
/// lost is sent again.
/// </summary>
sealed partial class GuardWatch(
    CoordinatorState state, DatabaseClock clock, IBus bus, IOptions<CoordinatorOptions> options, ILogger<GuardWatch> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.ReconcileEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var due in await TakeDueAsync(stoppingToken)) await bus.SendTo(Lanes.JobProgress, due, stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // The database or the broker is away: whoever was not told is told later.
                LogTickFailed(error.GetType().Name, (error as PostgresException)?.SqlState);
            }
        }
    }

    // Noted in the same statement, so that two coordinators do not tell the same job.
    async Task<List<GuardDue>> TakeDueAsync(CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            update coordinator.sync_job j set guards_told_at = now()
            from (select job_id from coordinator.sync_job
                  where guards_due_at <= now() and coalesce(guards_told_at <= now() - $1, true)
                  order by guards_due_at limit 100 for update skip locked) due
            where j.job_id = due.job_id
            returning j.job_id, j.epoch
            """);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.Value.StallAfter });
        return await command.ListAsync(
            row => new GuardDue { JobId = row.GetGuid(0), Epoch = row.GetInt32(1), Guard = Guard.Duration }, cancellationToken);
    }
}
