using Headgate.Contracts.Extraction;
using Headgate.IngestWorker.State;
using Npgsql;

namespace Headgate.IngestWorker.Preparation;

/// <summary>Plans of jobs, written in one transaction each.</summary>
sealed class PlanStore(IngestState state)
{
    /// <summary>What the same PrepareJob was answered before; null: it was not.</summary>
    public async Task<JobPrepared?> FindAsync(PrepareJob job, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            "select prepared from ingest.preparation where job_id = $1 and attempt = $2 and epoch = $3 and objects = $4");
        return await command.With(job.JobId, job.Attempt, job.Epoch, SetOf(job)).ExecuteScalarAsync(cancellationToken) is string prepared
            ? StoredJson.Read<JobPrepared>(prepared)
            : null;
    }

    /// <summary>Stores the plan, unless the job was released meanwhile (null) or another delivery was faster (its answer).</summary>
    public async Task<(JobPrepared? Answer, bool IsStored)> StoreAsync(
        PrepareJob job, Guid snapshot, IReadOnlyList<PreparedObject> objects, string role, CancellationToken cancellationToken)
    {
        var prepared = new JobPrepared
        {
            JobId = job.JobId,
            Epoch = job.Epoch,
            Objects = [.. objects.Select(read => read.Describe())],
            DestinationRole = role,
        };
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await EnterAttemptAsync(connection, job, cancellationToken)) return (null, false);
        if (!await TakePreparationAsync(connection, job, snapshot, prepared, cancellationToken))
        {
            await transaction.RollbackAsync(cancellationToken);
            return (await FindAsync(job, cancellationToken), false);
        }

        foreach (var read in objects) await StoreObjectAsync(connection, job, snapshot, read, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (prepared, true);
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

    static async Task<bool> TakePreparationAsync(
        NpgsqlConnection connection, PrepareJob job, Guid snapshot, JobPrepared prepared, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into ingest.preparation (job_id, attempt, epoch, objects, snapshot, prepared) values ($1, $2, $3, $4, $5, $6::jsonb)
            on conflict do nothing
            """,
            connection);
        return await command.With(job.JobId, job.Attempt, job.Epoch, SetOf(job), snapshot, StoredJson.Write(prepared))
            .ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    static async Task StoreObjectAsync(
        NpgsqlConnection connection, PrepareJob job, Guid snapshot, PreparedObject read, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        Add("update ingest.object set superseded = true where job_id = $1 and attempt = $2 and object_no = $3");
        Add("insert into ingest.object (job_id, attempt, object_no, snapshot, plan) values ($1, $2, $3, $4, $5::jsonb)",
            snapshot, StoredJson.Write(read.Plan));
        Add("""
            insert into ingest.bound (job_id, attempt, object_no, source, target, upper) values ($1, $2, $3, $4, $5, $6)
            on conflict (job_id, attempt, object_no)
            do update set source = excluded.source, target = excluded.target, upper = excluded.upper
            """,
            read.Definition.From, read.Definition.To, read.Plan.Upper.UtcDateTime);
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

    static string SetOf(PrepareJob job) =>
        string.Join(',', job.Objects.OrderBy(wanted => wanted.ObjectNo).Select(wanted => $"{wanted.ObjectNo}@{wanted.FirstSegmentNo}"));
}
