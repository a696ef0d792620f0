using Headgate.Connectors.Fencing;
using Headgate.Contracts.Steps;
using Npgsql;

namespace Headgate.Connectors.Postgres.Fencing;

/// <summary>A pipeline's row in headgate.fence.</summary>
sealed record FenceRow(Guid JobId, long JobNo, int Attempt, int Epoch, bool Open)
{
    public static NpgsqlBatchCommand ReadCommand(Guid pipelineId) =>
        new("SELECT job_id, job_no, attempt, epoch, open FROM headgate.fence WHERE pipeline_id = $1")
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = pipelineId } },
        };

    /// <summary>What <see cref="ReadCommand"/> returns; null: no fence was ever set for the pipeline.</summary>
    public static async Task<FenceRow?> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken) =>
        await reader.ReadAsync(cancellationToken)
            ? new FenceRow(reader.GetGuid(0), reader.GetInt64(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetBoolean(4))
            : null;

    /// <summary>Whether the fence stands beyond the move: of a later job, or of the same at a later epoch.</summary>
    public bool IsBeyond(FenceMove move) => (JobNo, Epoch).CompareTo((move.JobNo, move.Epoch)) > 0;

    public FenceMoveResult.Passed Passed(FenceMove move) => new(Open && JobId == move.JobId);

    /// <summary>Refuses a move to the very position of another one.</summary>
    public void RefuseOther(FenceMove move)
    {
        if ((JobNo, Epoch) != (move.JobNo, move.Epoch)) return;
        if ((JobId, Attempt, Open) == (move.JobId, move.Attempt, move.Open)) return;
        throw new ConnectorException(new Problem
        {
            Code = "fence-conflict",
            Sentence = $"The fence stands at job number {JobNo}, epoch {Epoch} already, but for another move.",
            Retryable = false,
        });
    }

    /// <summary>
    /// Sets the row, also if it stands there already: an earlier commit may have been interrupted while it waited for a standby, and
    /// only a write makes this one wait again.
    /// </summary>
    /// <returns>A command whose only row says when the fence came to stand there, by the destination's clock.</returns>
    public static NpgsqlBatchCommand WriteCommand(FenceMove move, FenceRow? current)
    {
        const string sql = $"""
            INSERT INTO headgate.fence AS f (pipeline_id, job_id, job_no, attempt, epoch, open, system_identifier, timeline, moved_at)
            VALUES ($1, $2, $3, $4, $5, $6, {ServerIdentity.System}, {ServerIdentity.Timeline}, pg_catalog.clock_timestamp())
            ON CONFLICT (pipeline_id) DO UPDATE SET
                job_id = excluded.job_id, job_no = excluded.job_no, attempt = excluded.attempt, epoch = excluded.epoch,
                open = excluded.open,
                system_identifier = CASE WHEN $7 THEN f.system_identifier ELSE excluded.system_identifier END,
                timeline = CASE WHEN $7 THEN f.timeline ELSE excluded.timeline END,
                moved_at = CASE WHEN $7 THEN f.moved_at ELSE excluded.moved_at END
            RETURNING moved_at
            """;
        var same = current is not null && (current.JobNo, current.Epoch) == (move.JobNo, move.Epoch);
        return new NpgsqlBatchCommand(sql)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = move.PipelineId },
                new NpgsqlParameter<Guid> { TypedValue = move.JobId },
                new NpgsqlParameter<long> { TypedValue = move.JobNo },
                new NpgsqlParameter<int> { TypedValue = move.Attempt },
                new NpgsqlParameter<int> { TypedValue = move.Epoch },
                new NpgsqlParameter<bool> { TypedValue = move.Open },
                new NpgsqlParameter<bool> { TypedValue = same },
            },
        };
    }
}
