using Headgate.Contracts.Jobs;
using Headgate.Hosting.Bus;
using Headgate.Hosting.State;
using Headgate.JobCoordinator.Database;
using MassTransit;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Headgate.JobCoordinator.Reconciling;

/// <summary>
/// Finds jobs whose deadline has passed and tells their sagas, which decide: alert, force, or nothing, as the job has moved meanwhile.
/// Word that is lost is sent again.
/// </summary>
sealed partial class DeadlineWatch(
    CoordinatorState state, DatabaseClock clock, IBus bus, IOptions<CoordinatorOptions> options, ILogger<DeadlineWatch> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.ReconcileEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var passed in await TakePassedAsync(stoppingToken))
                {
                    LogPassed(passed.JobId);
                    await bus.SendTo(Lanes.JobCommands, passed, stoppingToken);
                }
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // The database or the broker is away: whoever was not told is told later.
                LogTickFailed(error.GetType().Name, (error as PostgresException)?.SqlState);
            }
        }
    }

    // Noted in the same statement, so that two coordinators do not tell the same job.
    async Task<List<JobDeadlineElapsed>> TakePassedAsync(CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            update coordinator.sync_job j set deadline_told_at = now()
            from (select job_id from coordinator.sync_job
                  where deadline_at <= now() and coalesce(deadline_told_at <= now() - $1, true)
                  order by deadline_at limit 100 for update skip locked) passed
            where j.job_id = passed.job_id
            returning j.job_id, j.epoch
            """);
        command.Parameters.AddWithValue(options.Value.StallAfter);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var passed = new List<JobDeadlineElapsed>();
        while (await reader.ReadAsync(cancellationToken)) passed.Add(new JobDeadlineElapsed { JobId = reader.GetGuid(0), Epoch = reader.GetInt32(1) });
        return passed;
    }
}
