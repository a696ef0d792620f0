using Headgate.Connectors.Sources;
using Headgate.Contracts.Pipelines;
using Headgate.IngestWorker.State;
using Npgsql;

namespace Headgate.IngestWorker.Extraction;

/// <summary>Segments and their staged copies.</summary>
sealed class SegmentStore(IngestState state)
{
    /// <summary>The segment; null: the attempt was released with its staging, or never prepared.</summary>
    public async Task<PlannedSegment?> FindAsync(SegmentKey key, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            select a.pipeline_id, a.settings, o.plan, s.range, s.snapshot,
                   case when n.released_at is null and n.lease_until > now() then n.name end, o.superseded, coalesce(a.released_epoch, 0),
                   s.copy, s.epoch, s.rows, s.bytes, s.digest, s.next_segment_no, s.missing
            from ingest.segment s
            join ingest.object o using (job_id, attempt, object_no, snapshot)
            join ingest.attempt a using (job_id, attempt)
            left join ingest.snapshot n on n.id = s.snapshot
            where s.job_id = $1 and s.attempt = $2 and s.object_no = $3 and s.segment_no = $4 and a.pipeline is not null
            """);
        await using var row = await command.With(key.JobId, key.Attempt, key.ObjectNo, key.SegmentNo).ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Read(key, row) : null;
    }

    /// <summary>
    /// Makes a copy the segment's own, with the segment that its chain goes on with. The first copy wins; a copy whose file is gone
    /// can be replaced.
    /// </summary>
    /// <param name="segment">As it was when the read began, with the range that was read: the rest, if any, is the chain's.</param>
    /// <param name="copy">The copy.</param>
    /// <param name="next">The range that the chain goes on with; null: none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False if another copy was first, or the segment is not there any more.</returns>
    public async Task<bool> AdoptAsync(PlannedSegment segment, StagedCopy copy, SegmentRange? next, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // The object's row first: chain numbers are given one at a time, and not while the object is being planned anew.
        await LockObjectAsync(connection, segment, cancellationToken);
        if (!await TakeAsync(connection, segment, copy, cancellationToken)) return false;
        if (next is not null) await ContinueChainAsync(connection, segment, next, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    static PlannedSegment Read(SegmentKey key, NpgsqlDataReader row) => new()
    {
        Key = key,
        PipelineId = row.GetGuid(0),
        Pipeline = StoredJson.Read<PipelineDefinition>(row.GetString(1)),
        Plan = StoredJson.Read<ReadPlan>(row.GetString(2)),
        Range = StoredJson.Read<SegmentRange>(row.GetString(3)),
        Snapshot = row.GetGuid(4),
        SnapshotName = row.IsDBNull(5) ? null : row.GetString(5),
        Superseded = row.GetBoolean(6),
        ReleasedEpoch = row.GetInt32(7),
        Staged = row.IsDBNull(8) ? null : new StagedCopy
        {
            Copy = row.GetGuid(8),
            Epoch = row.GetInt32(9),
            Rows = row.GetInt64(10),
            Bytes = row.GetInt64(11),
            Digest = row.GetFieldValue<byte[]>(12),
            NextSegmentNo = row.IsDBNull(13) ? null : row.GetInt32(13),
            Missing = row.GetInt64(14),
        },
    };

    static async Task LockObjectAsync(NpgsqlConnection connection, PlannedSegment segment, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select from ingest.object where job_id = $1 and attempt = $2 and object_no = $3 and snapshot = $4 for update", connection);
        var key = segment.Key;
        await command.With(key.JobId, key.Attempt, key.ObjectNo, segment.Snapshot).ExecuteNonQueryAsync(cancellationToken);
    }

    static async Task<bool> TakeAsync(
        NpgsqlConnection connection, PlannedSegment segment, StagedCopy copy, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            update ingest.segment set copy = $5, epoch = $6, rows = $7, bytes = $8, digest = $9, range = $12::jsonb, missing = $13
            where job_id = $1 and attempt = $2 and object_no = $3 and segment_no = $4 and snapshot = $10
              and copy is not distinct from $11::uuid
            """,
            connection);
        var key = segment.Key;
        return await command
            .With(
                key.JobId, key.Attempt, key.ObjectNo, key.SegmentNo, copy.Copy, copy.Epoch, copy.Rows, copy.Bytes, copy.Digest,
                segment.Snapshot, segment.Staged?.Copy, StoredJson.Write(segment.Range), copy.Missing)
            .ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    // A copy that is replaced leads on to the same segment: under one snapshot the range that follows is the same.
    static async Task ContinueChainAsync(
        NpgsqlConnection connection, PlannedSegment segment, SegmentRange next, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            with next as (
                insert into ingest.segment (job_id, attempt, object_no, segment_no, snapshot, range)
                select s.job_id, s.attempt, s.object_no,
                       (select max(segment_no) + 1 from ingest.segment where job_id = $1 and attempt = $2 and object_no = $3),
                       s.snapshot, $5::jsonb
                from ingest.segment s
                where s.job_id = $1 and s.attempt = $2 and s.object_no = $3 and s.segment_no = $4 and s.next_segment_no is null
                returning segment_no)
            update ingest.segment s set next_segment_no = next.segment_no from next
            where s.job_id = $1 and s.attempt = $2 and s.object_no = $3 and s.segment_no = $4
            """,
            connection);
        await command.With(segment.Key.JobId, segment.Key.Attempt, segment.Key.ObjectNo, segment.Key.SegmentNo, StoredJson.Write(next))
            .ExecuteNonQueryAsync(cancellationToken);
    }
}
