using Headgate.Hosting.State;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Runs;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Headgate.JobCoordinator.Upkeep;

/// <summary>
/// Removes what is known of runs that were not started once it is old, and makes one record of those of an hour that say the same: a paused
/// pipeline whose runs come due every second has 86,400 of them a day.
/// </summary>
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
                await MergeAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogDatabaseAway(error.GetType().Name, (error as NpgsqlException)?.SqlState);
            }

            await Task.Delay(Every, clock, stoppingToken);
        }
    }

    // A run is known by its record's id: that of one that may come again, as whoever handled it died, is left for a day. One that comes later
    // still is known by the times between which those of a record came due.
    async Task MergeAsync(CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            with ranked as (
                select run_id, row_number() over (w order by last_due desc, run_id) as no, count(*) over w as records,
                       sum(runs) over w as runs, min(first_due) over w as first_due
                from coordinator.skipped_run
                where trigger = 'Schedule' and rule is not null and first_due is not null and at >= now() - interval '3 days' and at < now() - $1
                window w as (partition by pipeline_id, job_id, rule, reason, date_trunc('hour', at))),
            gone as (
                delete from coordinator.skipped_run s using ranked r where s.run_id = r.run_id and r.no > 1)
            update coordinator.skipped_run s set runs = r.runs, first_due = r.first_due, trigger_detail = null
            from ranked r where s.run_id = r.run_id and r.no = 1 and r.records > 1
            """);
        command.Parameters.AddWithValue(SkippedRuns.MergedAfter);
        await command.ExecuteNonQueryAsync(cancellationToken);
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
