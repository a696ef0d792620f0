using Headgate.Connectors;
using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Upkeep;

/// <summary>
/// Removes keys that were chosen for a repair of which there is no job a day later: the answer was lost, and nobody has asked again. Whoever does
/// so at this moment waits for it, and keeps them anew.
/// </summary>
sealed partial class LogUpkeep
{
    const string ForADay = "k.kept_at < now() - interval '1 day'";

    // Claimed is as good as there.
    const string WithoutJob =
        """
        not exists (select from coordinator.sync_job j where j.job_id = k.repair_id)
        and not exists (select from coordinator.pipeline p where p.current_job_id = k.repair_id)
        """;

    async Task RemoveKeysAsync(HashSet<string> away, CancellationToken cancellationToken)
    {
        // Looked for anew where a destination is found to be away: what waits there is no reason for others to wait.
        for (var awayBefore = -1; awayBefore < away.Count;)
        {
            awayBefore = away.Count;
            foreach (var keys in await FindKeysAsync(away, cancellationToken))
            {
                if (away.Contains(keys.Destination)) continue;
                try
                {
                    await RemoveKeysAsync(keys, cancellationToken);
                }
                catch (ConnectorException error)
                {
                    away.Add(keys.Destination);
                    LogDestinationAway(keys.Pipeline, error.Problem.Code);
                }
            }
        }
    }

    async Task<IReadOnlyList<JobToPurge>> FindKeysAsync(HashSet<string> away, CancellationToken cancellationToken)
    {
        // Of a job they go with its log.
        await using var forgetting = state.Source.CreateCommand(
            $"delete from coordinator.kept_keys k where {ForADay} and exists (select from coordinator.sync_job j where j.job_id = k.repair_id)");
        await forgetting.ExecuteNonQueryAsync(cancellationToken);
        await using var finding = state.Source.CreateCommand(
            $"""
             select k.repair_id, k.pipeline_id, k.pipeline_version, d.destination
             from coordinator.kept_keys k join coordinator.pipeline_version v on v.pipeline_id = k.pipeline_id and v.version = k.pipeline_version
             cross join lateral (
                 select concat_ws(' ', v.definition -> 'destination' ->> 'connector', v.definition -> 'destination' ->> 'connection') as destination) d
             where {ForADay} and {WithoutJob} and d.destination <> all($2) order by k.kept_at limit $1
             """);
        finding.Parameters.AddWithValue(MostOfPipeline);
        finding.Parameters.AddWithValue(away.ToArray());
        return await finding.ListAsync(row => new JobToPurge(row.GetGuid(0), row.GetGuid(1), row.GetInt32(2), row.GetString(3)), cancellationToken);
    }

    async Task RemoveKeysAsync(JobToPurge keys, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var locking = new NpgsqlCommand(
            $"select 1 from coordinator.kept_keys k where k.repair_id = $1 and {ForADay} and {WithoutJob} for update", connection);
        locking.Parameters.AddWithValue(keys.Id);
        if (await locking.ExecuteScalarAsync(cancellationToken) is null) return;
        await using var purge = await destinations.OpenLogPurgeAsync(keys.Pipeline, keys.Version, cancellationToken);
        if (purge is not null) await RemoveAsync(purge, keys.Id, cancellationToken);
        await using var forgetting = new NpgsqlCommand("delete from coordinator.kept_keys where repair_id = $1", connection);
        forgetting.Parameters.AddWithValue(keys.Id);
        await forgetting.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
