using Headgate.Hosting.State;
using Headgate.JobCoordinator.Database;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Headgate.JobCoordinator.Upkeep;

/// <summary>Removes what is known of runs that were not started once it is old.</summary>
sealed partial class SkippedRunsUpkeep(
    CoordinatorState state, DatabaseClock clock, IOptions<CoordinatorOptions> options, ILogger<SkippedRunsUpkeep> log) : BackgroundService
{
    const int AtATime = 10_000;
    static readonly TimeSpan Every = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                while (await RemoveAsync(stoppingToken) == AtATime) { }
            }
            catch (NpgsqlException error) when (!stoppingToken.IsCancellationRequested)
            {
                LogDatabaseAway(error.SqlState);
            }

            await Task.Delay(Every, clock, stoppingToken);
        }
    }

    /// <returns>How many rows are gone; a full share: there may be more.</returns>
    internal async Task<int> RemoveAsync(CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            "delete from coordinator.skipped_run where run_id in (select run_id from coordinator.skipped_run where at < now() - $1 order by at limit $2)");
        command.Parameters.AddWithValue(options.Value.KeepSkippedRuns);
        command.Parameters.AddWithValue(AtATime);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
