using Headgate.Contracts.Fencing;
using Headgate.Hosting.Bus;
using Headgate.JobCoordinator.Database;
using MassTransit;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Headgate.JobCoordinator.Fencing;

/// <summary>
/// Goes on moving the fences of jobs whose stop was abandoned, until each could be: nobody waits for them, but nothing may write to their
/// destinations before. Found by their rows alone, so that a coordinator that was restarted goes on as well.
/// </summary>
sealed partial class AbandonedStops(
    CoordinatorState state, IBus bus, TimeProvider time, IOptions<CoordinatorOptions> options, ILogger<AbandonedStops> log) : BackgroundService
{
    static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.ReconcileEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var move in await TakeDueAsync(stoppingToken)) await bus.SendTo(Lanes.Fences, move, stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // The database or the broker is away: a later tick finds the same jobs.
                LogLookFailed(error.GetType().Name, (error as PostgresException)?.SqlState);
            }
        }
    }

    // Moved forward in the same statement, so that two coordinators do not ask for the same move.
    async Task<List<MoveFence>> TakeDueAsync(CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            update coordinator.sync_job j set wake_at = now() + $1
            from (select job_id from coordinator.sync_job where stop_unconfirmed and (wake_at is null or wake_at <= now())
                  order by wake_at nulls first limit 100 for update skip locked) due
            where j.job_id = due.job_id
            returning j.job_id, j.job_no, j.attempt, j.epoch, j.request_id is not null
            """);
        command.Parameters.AddWithValue(Retry);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var due = new List<MoveFence>();
        while (await row.ReadAsync(cancellationToken))
        {
            due.Add(new MoveFence
            {
                JobId = row.GetGuid(0),
                JobNo = row.GetInt64(1),
                Attempt = row.GetInt32(2),
                Epoch = row.GetInt32(3),
                Open = false,
                Force = true,
                EverLaunched = row.GetBoolean(4),
            });
        }

        return due;
    }
}
