using Headgate.Contracts.Extraction;
using Headgate.IngestWorker.State;
using Npgsql;

namespace Headgate.IngestWorker.Preparation;

/// <summary>Plans of jobs, written in one transaction each.</summary>
sealed class PlanStore(IngestState state)
{
    /// <summary>What of the PrepareJob is planned already.</summary>
    public async Task<StandingPlans> StandingAsync(PrepareJob job, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        return await StandingAsync(connection, job, cancellationToken);
    }

    /// <summary>Stores the plans that nobody stored before, unless the job was released meanwhile.</summary>
    /// <returns>What stands now, and whether any of it is from here; null: the job was released.</returns>
    public async Task<(StandingPlans? Standing, bool IsStored)> StoreAsync(
        PrepareJob job, Guid snapshot, IReadOnlyList<PreparedObject> objects, string role, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await EnterAttemptAsync(connection, job, cancellationToken)) return (null, false);
        var missing = (await StandingAsync(connection, job, cancellationToken)).Missing;
        var fresh = objects.Where(read => missing.Contains(read.Asked)).ToList();
        foreach (var read in fresh) await StoreObjectAsync(connection, job, snapshot, read, role, cancellationToken);
        var standing = await StandingAsync(connection, job, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (standing, fresh.Count > 0);
    }

    static async Task<StandingPlans> StandingAsync(NpgsqlConnection connection, PrepareJob job, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select object_no, first_segment_no, described, role from ingest.object where job_id = $1 and attempt = $2 and not superseded", connection);
        await using var rows = await command.With(job.JobId, job.Attempt).ExecuteReaderAsync(cancellationToken);
        var plans = new List<StandingPlan>();
        while (await rows.ReadAsync(cancellationToken))
            plans.Add(new StandingPlan(rows.GetInt32(0), rows.GetInt32(1), StoredJson.Read<PlannedObject>(rows.GetString(2)), rows.GetString(3)));
        return new StandingPlans(job, plans);
    }

    // The row's lock also puts this in order with a release of the same attempt.
    static async Task<bool> EnterAttemptAsync(NpgsqlConnection connection, PrepareJob job, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into ingest.attempt as a (job_id, attempt, pipeline_id, pipeline) values ($1, $2, $3, $4::jsonb)
            on conflict (job_id, attempt) do update set pipeline_id = excluded.pipeline_id, pipeline = excluded.pipeline
            where coalesce(a.released_epoch, 0) <= $5
            """,
            connection);
        return await command.With(job.JobId, job.Attempt, job.PipelineId, StoredJson.Write(job.Pipeline), job.Epoch)
            .ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    static async Task StoreObjectAsync(
        NpgsqlConnection connection, PrepareJob job, Guid snapshot, PreparedObject read, string role, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        Add("update ingest.object set superseded = true where job_id = $1 and attempt = $2 and object_no = $3");
        Add("""
            insert into ingest.object (job_id, attempt, object_no, first_segment_no, snapshot, plan, described, role)
            values ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8)
            """,
            read.Asked.FirstSegmentNo, snapshot, StoredJson.Write(read.Plan), StoredJson.Write(read.Describe()), role);
        Add("""
            insert into ingest.bound (job_id, attempt, object_no, source, target, upper, fields) values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (job_id, attempt, object_no)
            do update set source = excluded.source, target = excluded.target, upper = excluded.upper, fields = excluded.fields
            """,
            read.Definition.From, read.Definition.To, read.Plan.Upper.UtcDateTime, OffsetBounds.FieldsOf(read.Plan.Object));
        // A chain may have grown by a segment that the coordinator had not heard of when it asked: that number is given anew.
        Add("delete from ingest.segment where job_id = $1 and attempt = $2 and object_no = $3 and segment_no >= $4",
            read.Asked.FirstSegmentNo);
        Add("""
            insert into ingest.segment (job_id, attempt, object_no, segment_no, snapshot, range)
            select $1, $2, $3, $5 + (entry.no - 1)::int, $4, entry.range::jsonb from unnest($6::text[]) with ordinality as entry (range, no)
            """,
            snapshot, read.Asked.FirstSegmentNo, read.Segments.Select(StoredJson.Write).ToArray());
        await batch.ExecuteNonQueryAsync(cancellationToken);

        void Add(string sql, params object[] more)
        {
            var command = new NpgsqlBatchCommand(sql);
            foreach (var value in (object[])[job.JobId, job.Attempt, read.Asked.ObjectNo, .. more])
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            batch.BatchCommands.Add(command);
        }
    }
}
