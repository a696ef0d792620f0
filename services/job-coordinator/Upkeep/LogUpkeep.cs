using Headgate.Connectors;
using Headgate.Connectors.Changes;
using Headgate.Hosting.State;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Fencing;
using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Upkeep;

/// <summary>
/// Removes the change logs of ended jobs once their pipelines' `retention.changes` is over, a few megabytes at a time and with pauses, so that
/// whoever writes at the destination does not feel it. One coordinator does so at a time.
/// </summary>
sealed partial class LogUpkeep(CoordinatorState state, FenceOpener destinations, DatabaseClock clock, ILogger<LogUpkeep> log) : BackgroundService
{
    /// <summary>Of the state database: whoever has it removes logs.</summary>
    internal const long Turn = 0x68675f6c6f67; // hg_log

    const int MostOfPipeline = 100;

    static readonly TimeSpan Every = TimeSpan.FromMinutes(5);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await RemoveAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogDatabaseAway(error.GetType().Name, (error as NpgsqlException)?.SqlState);
            }

            await Task.Delay(Every, clock, stoppingToken);
        }
    }

    /// <returns>Of how many jobs the logs are gone.</returns>
    internal async Task<int> RemoveAsync(CancellationToken cancellationToken)
    {
        await using var turn = await state.Source.OpenConnectionAsync(cancellationToken);
        if (!await TakeTurnAsync(turn, cancellationToken)) return 0;
        try
        {
            return await RemoveAllAsync(cancellationToken);
        }
        finally
        {
            await ReturnTurnAsync(turn);
        }
    }

    async Task<int> RemoveAllAsync(CancellationToken cancellationToken)
    {
        var removed = 0;
        var away = new HashSet<string>(StringComparer.Ordinal);
        foreach (var jobs in (await FindAsync(cancellationToken)).GroupBy(job => (job.Pipeline, job.Version, job.Destination)))
        {
            if (away.Contains(jobs.Key.Destination)) continue;
            try
            {
                await using var purge = await destinations.OpenLogPurgeAsync(jobs.Key.Pipeline, jobs.Key.Version, cancellationToken);
                foreach (var job in jobs) removed += await RemoveAsync(purge, job, cancellationToken) ? 1 : 0;
            }
            catch (ConnectorException error)
            {
                // What is left is found again in five minutes.
                away.Add(jobs.Key.Destination);
                LogDestinationAway(jobs.Key.Pipeline, error.Problem.Code);
            }
        }

        await RemoveKeysAsync(away, cancellationToken);
        return removed;
    }

    async Task<bool> RemoveAsync(ILogPurge? purge, JobToPurge job, CancellationToken cancellationToken)
    {
        if (!await GiveUpAsync(job, cancellationToken)) return false;
        if (purge is not null) await RemoveAsync(purge, job.Id, cancellationToken);
        await using var command = state.Source.CreateCommand("update coordinator.sync_job set log_removed = true where job_id = $1");
        command.Parameters.AddWithValue(job.Id);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }

    async Task RemoveAsync(ILogPurge purge, Guid job, CancellationToken cancellationToken)
    {
        for (PurgePlace? place = null; ;)
        {
            if ((place = await purge.RemoveNextAsync(job, place, cancellationToken)) is null) return;
            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    /// <summary>
    /// From here on nobody is shown the log or begins to repair by it; under the lock of the pipeline, which a repair is claimed by. Not while one
    /// is under way, or claimed and not born yet.
    /// </summary>
    async Task<bool> GiveUpAsync(JobToPurge job, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var locking = new NpgsqlCommand("select current_job_id from coordinator.pipeline where pipeline_id = $1 for update", connection);
        locking.Parameters.AddWithValue(job.Pipeline);
        await locking.ExecuteScalarAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            update coordinator.sync_job j set log_purged_at = coalesce(j.log_purged_at, now())
            from coordinator.pipeline p where j.job_id = $1 and p.pipeline_id = j.pipeline_id
                and not exists (select from coordinator.sync_job r where r.of_job_id = j.job_id and r.finished_at is null)
                and (p.current_job_id is null or exists (select from coordinator.sync_job c where c.job_id = p.current_job_id))
            """,
            connection);
        command.Parameters.AddWithValue(job.Id);
        var isGivenUp = await command.ExecuteNonQueryAsync(cancellationToken) == 1;
        await transaction.CommitAsync(cancellationToken);
        return isGivenUp;
    }

    // By the version in force, whatever the job was pinned to: who wants logs kept for longer, or less long, says so in the file. Of a repair
    // that was ended before launch there is nothing but the keys that it was to be of, which are of no use any more.
    async Task<IReadOnlyList<JobToPurge>> FindAsync(CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            with over as (
                select j.job_id, p.pipeline_id, j.pipeline_version, j.finished_at
                from coordinator.pipeline p
                join coordinator.pipeline_version v on v.pipeline_id = p.pipeline_id and v.version = p.version
                cross join lateral (
                    select j.job_id, j.pipeline_version, j.finished_at from coordinator.sync_job j
                    where j.pipeline_id = p.pipeline_id and j.finished_at is not null and j.launched_at is not null and not j.log_removed
                        and j.finished_at < now() - regexp_replace(v.definition -> 'retention' ->> 'changes', '^(\d+)\.', '\1 days ')::interval
                    order by j.finished_at limit $1) j
                union all
                select j.job_id, j.pipeline_id, j.pipeline_version, j.finished_at from coordinator.sync_job j
                where j.of_job_id is not null and j.finished_at is not null and j.launched_at is null and not j.log_removed and (j.scope ->> 'hasKeys')::boolean)
            select o.job_id, o.pipeline_id, o.pipeline_version,
                   concat_ws(' ', w.definition -> 'destination' ->> 'connector', w.definition -> 'destination' ->> 'connection')
            from over o join coordinator.pipeline_version w on w.pipeline_id = o.pipeline_id and w.version = o.pipeline_version
            order by 4, 2, 3, o.finished_at
            """);
        command.Parameters.AddWithValue(MostOfPipeline);
        return await command.ListAsync(row => new JobToPurge(row.GetGuid(0), row.GetGuid(1), row.GetInt32(2), row.GetString(3)), cancellationToken);
    }

    static async Task<bool> TakeTurnAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select pg_try_advisory_lock({Turn})", connection);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    // A session that goes back to its pool keeps its locks until it is used again.
    static async Task ReturnTurnAsync(NpgsqlConnection connection)
    {
        try
        {
            await using var command = new NpgsqlCommand($"select pg_advisory_unlock({Turn})", connection);
            await command.ExecuteScalarAsync(CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            // The session has ended, and its locks with it.
        }
    }

    sealed record JobToPurge(Guid Id, Guid Pipeline, int Version, string Destination);
}
