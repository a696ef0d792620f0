using Headgate.Contracts.Jobs;
using Headgate.Hosting.Faults;
using Headgate.IngestWorker.Sampling;
using Headgate.IngestWorker.Snapshots;
using Headgate.IngestWorker.Staging;
using Headgate.IngestWorker.State;
using Npgsql;

namespace Headgate.IngestWorker.Releases;

/// <summary>Lets go of what attempts hold: snapshots, and with their staging also plans, ranges and files.</summary>
sealed class AttemptReleases(IngestState state, SnapshotKeeper snapshots, StagingDirectory staging, SampleFiles samples)
{
    public async Task RunAsync(ReleaseJob release, CancellationToken cancellationToken)
    {
        foreach (var snapshot in await ReleaseAsync(release, cancellationToken)) await snapshots.CloseAsync(snapshot);
        await FaultPoint.ReachedAsync(FaultPoints.ReleaseForgotten);
        // Files last: while rows name them, nobody may find them gone.
        if (release.Staging) staging.DeleteAttempts(release.JobId, release.Attempt);
        if (release.Samples) samples.Delete(release.JobId, release.Attempt);
    }

    async Task<IReadOnlyList<Guid>> ReleaseAsync(ReleaseJob release, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await MarkAsync(connection, release, cancellationToken);
        var released = await ReleaseSnapshotsAsync(connection, release, cancellationToken);
        if (release.Staging) await ForgetAsync(connection, release, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return released;
    }

    // Written even where nothing was prepared: a PrepareJob that comes late finds it and leaves nothing open.
    static async Task MarkAsync(NpgsqlConnection connection, ReleaseJob release, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into ingest.attempt as a (job_id, attempt, released_epoch) values ($1, $2, $3)
            on conflict (job_id, attempt) do update set released_epoch = greatest(a.released_epoch, excluded.released_epoch)
            """,
            connection);
        await command.With(release.JobId, release.Attempt, release.Epoch).ExecuteNonQueryAsync(cancellationToken);
    }

    // A release that comes late does not take the snapshot of a job that went on since.
    static async Task<IReadOnlyList<Guid>> ReleaseSnapshotsAsync(
        NpgsqlConnection connection, ReleaseJob release, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            update ingest.snapshot set released_at = coalesce(released_at, now())
            where job_id = $1 and attempt <= $2 and epoch <= $3 returning id
            """,
            connection);
        await using var rows = await command.With(release.JobId, release.Attempt, release.Epoch).ExecuteReaderAsync(cancellationToken);
        var ids = new List<Guid>();
        while (await rows.ReadAsync(cancellationToken)) ids.Add(rows.GetGuid(0));
        return ids;
    }

    // Ranges can hold keys, so they go with the records. Bounds stay: later runs begin from them.
    static async Task ForgetAsync(NpgsqlConnection connection, ReleaseJob release, CancellationToken cancellationToken)
    {
        foreach (var table in (string[])["segment", "object", "blocked_object", "finding"])
        {
            await using var delete = new NpgsqlCommand($"delete from ingest.{table} where job_id = $1 and attempt <= $2", connection);
            await delete.With(release.JobId, release.Attempt).ExecuteNonQueryAsync(cancellationToken);
        }

        await using var forget = new NpgsqlCommand(
            "update ingest.attempt set pipeline_id = null, pipeline = null where job_id = $1 and attempt <= $2", connection);
        await forget.With(release.JobId, release.Attempt).ExecuteNonQueryAsync(cancellationToken);
    }
}
