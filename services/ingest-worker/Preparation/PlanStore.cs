using Headgate.Connectors;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Steps;
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

    /// <summary>What the attempt has planned; null: nothing, or it was released with its staging.</summary>
    public async Task<PlansInForce?> InForceAsync(Guid job, int attempt, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            select a.settings, o.plan from ingest.attempt a join ingest.object o using (job_id, attempt)
            where a.job_id = $1 and a.attempt = $2 and a.pipeline is not null and not o.superseded order by o.object_no
            """);
        await using var row = await command.With(job, attempt).ExecuteReaderAsync(cancellationToken);
        var (settings, plans) = ((string?)null, new List<ObjectPlan>());
        while (await row.ReadAsync(cancellationToken))
        {
            settings ??= row.GetString(0);
            plans.Add(StoredJson.Read<ReadPlan>(row.GetString(1)).Object);
        }

        return settings is null ? null : new PlansInForce(StoredJson.Read<PipelineDefinition>(settings).Source, plans);
    }

    /// <summary>Stores the plans that nobody stored before, and what is blocked, unless the job was released meanwhile.</summary>
    /// <returns>What stands now, and whether any of it is from here; null: the job was released.</returns>
    public async Task<(StandingPlans? Standing, bool IsStored)> StoreAsync(
        PrepareJob job, Guid snapshot, IReadOnlyList<PreparedObject> objects, IReadOnlyList<BlockedObject> blocked, string role,
        CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await EnterAttemptAsync(connection, job, cancellationToken)) return (null, false);
        var missing = (await StandingAsync(connection, job, cancellationToken)).Missing;
        var fresh = objects.Where(read => missing.Contains(read.Asked)).ToList();
        foreach (var read in fresh) await StoreObjectAsync(connection, job, snapshot, read, role, cancellationToken);
        foreach (var block in blocked.Where(block => missing.Any(wanted => wanted.ObjectNo == block.ObjectNo)))
            await StoreBlockAsync(connection, job, block, role, cancellationToken);
        var standing = await StandingAsync(connection, job, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (standing, fresh.Count > 0);
    }

    static async Task<StandingPlans> StandingAsync(NpgsqlConnection connection, PrepareJob job, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select object_no, first_segment_no, described, role from ingest.object where job_id = $1 and attempt = $2 and not superseded", connection);
        var plans = new List<StandingPlan>();
        await using (var rows = await command.With(job.JobId, job.Attempt).ExecuteReaderAsync(cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
                plans.Add(new StandingPlan(rows.GetInt32(0), rows.GetInt32(1), StoredJson.Read<PlannedObject>(rows.GetString(2)), rows.GetString(3)));
        }

        return new StandingPlans(job, plans, await BlocksAsync(connection, job, cancellationToken));
    }

    static async Task<List<StandingBlock>> BlocksAsync(NpgsqlConnection connection, PrepareJob job, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select object_no, problem, role from ingest.blocked_object where job_id = $1 and attempt = $2 and epoch = $3 order by object_no", connection);
        await using var rows = await command.With(job.JobId, job.Attempt, job.Epoch).ExecuteReaderAsync(cancellationToken);
        var blocks = new List<StandingBlock>();
        while (await rows.ReadAsync(cancellationToken))
        {
            var block = new BlockedObject { ObjectNo = rows.GetInt32(0), Problem = StoredJson.Read<Problem>(rows.GetString(1)) };
            blocks.Add(new StandingBlock(block, rows.GetString(2)));
        }

        return blocks;
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

    // A plan from before is not in force any more: its changes are not made at the destination.
    static async Task StoreBlockAsync(
        NpgsqlConnection connection, PrepareJob job, BlockedObject block, string role, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            with out_of_force as (
                update ingest.object set superseded = true where job_id = $1 and attempt = $2 and object_no = $3 and not superseded)
            insert into ingest.blocked_object (job_id, attempt, object_no, epoch, problem, role) values ($1, $2, $3, $4, $5::jsonb, $6)
            on conflict (job_id, attempt, object_no)
            do update set epoch = excluded.epoch, problem = excluded.problem, role = excluded.role
            """,
            connection);
        await command.With(job.JobId, job.Attempt, block.ObjectNo, job.Epoch, StoredJson.Write(block.Problem), role).ExecuteNonQueryAsync(cancellationToken);
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
        // A rollback has read nothing of the source, and a replay only what was touched before: no run goes on from either.
        if (read.Plan is { Object.Undo: null, Keys: null }) Add("""
            insert into ingest.bound (job_id, attempt, object_no, source, target, upper, fields, known)
            values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb)
            on conflict (job_id, attempt, object_no)
            do update set source = excluded.source, target = excluded.target, upper = excluded.upper, fields = excluded.fields, known = excluded.known
            """,
            read.Definition.From, read.Definition.To, read.Plan.Upper.UtcDateTime, OffsetBounds.FieldsOf(read.Plan.Object),
            StoredJson.Write(KnownObject.Of(read.Plan.Object)));
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
