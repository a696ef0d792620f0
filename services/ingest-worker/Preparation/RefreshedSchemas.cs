using Headgate.Contracts.Extraction;
using Headgate.IngestWorker.State;

namespace Headgate.IngestWorker.Preparation;

/// <summary>
/// Refreshes that ended after their job had been stopped, for when it goes on. Not for long: whoever stops a job may be about to change a
/// schema. And not for another run, which refreshes for itself.
/// </summary>
sealed class RefreshedSchemas(IngestState state)
{
    /// <summary>How long a refresh may be taken for the schemas as they are, in seconds.</summary>
    const int GoodFor = 60;

    public async Task KeepAsync(PrepareJob job, RefreshedSchema refreshed, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            with old as (delete from ingest.refreshed_schema where refreshed_at < now() - $4 * interval '1 second' and job_id <> $1)
            insert into ingest.refreshed_schema (job_id, attempt, refreshed) values ($1, $2, $3::jsonb)
            on conflict (job_id, attempt) do update set refreshed = excluded.refreshed, refreshed_at = now()
            """);
        await command.With(job.JobId, job.Attempt, StoredJson.Write(refreshed), GoodFor).ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>What was kept for the job, if it covers all that is asked and is not too old. It is taken once.</summary>
    public async Task<RefreshedSchema?> TakeAsync(PrepareJob job, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            delete from ingest.refreshed_schema where job_id = $1 and attempt = $2
            returning refreshed::text, refreshed_at > now() - $3 * interval '1 second'
            """);
        await using var row = await command.With(job.JobId, job.Attempt, GoodFor).ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken) || !row.GetBoolean(1)) return null;
        var kept = StoredJson.Read<RefreshedSchema>(row.GetString(0));
        // Levels come from the references among the objects that were planned together: no more of them, and no fewer.
        var covered = kept.Plans.Select(plan => plan.ObjectNo).Concat(kept.Blocked.Select(block => block.ObjectNo));
        return covered.Order().SequenceEqual(job.Objects.Select(wanted => wanted.ObjectNo).Order()) ? kept : null;
    }
}
