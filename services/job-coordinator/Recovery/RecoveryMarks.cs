using Google.Protobuf;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.JobCoordinator.Recovery;

/// <summary>Remembers that what a job has changed was read as a whole, by what was really sent and not by anybody's word.</summary>
sealed class RecoveryMarks(CoordinatorState state)
{
    /// <summary>
    /// To be called when a stream without filter or limit has sent its last. Of a job that could still write meanwhile nothing is noted:
    /// the list is not the whole.
    /// </summary>
    /// <param name="job">As it was when the stream began.</param>
    /// <param name="actor">Who has read it.</param>
    /// <param name="summary">Of DiffJob, how the whole compares; null: of ListChanges.</param>
    /// <param name="version">Likewise, the version of the file that it was compared through; 0: a file that was given.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task NoteAsync(JobRow job, string actor, V1.DiffSummary? summary, int? version, CancellationToken cancellationToken)
    {
        if (!RecoveryFacts.IsAtRest(job.State, job.StopUnconfirmed)) return;
        await using var command = state.Source.CreateCommand(
            """
            insert into coordinator.recovery_mark (job_id, step, actor, attempt, changes, through, summary, version)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (job_id, step) do update set
                at = excluded.at, actor = excluded.actor, attempt = excluded.attempt, changes = excluded.changes,
                through = excluded.through, summary = excluded.summary, version = excluded.version
            """);
        var step = summary is null ? V1.RecoveryStepKind.Export : V1.RecoveryStepKind.Diff;
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.Id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{step}" });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = actor });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = job.Attempt });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = RecoveryFacts.ChangesIn(job.Counts) });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = RecoveryFacts.WritesNoMore(job.State) });
        command.Parameters.Add(new NpgsqlParameter<string?>
        {
            TypedValue = summary is null ? null : JsonFormatter.Default.Format(summary),
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        });
        command.Parameters.Add(new NpgsqlParameter { Value = version ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The last list and the last comparison of a job.</summary>
    public async Task<(RecoveryMark? Export, RecoveryMark? Diff)> OfAsync(Guid job, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            "select at, actor, attempt, changes, through, summary::text, version from coordinator.recovery_mark where job_id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job });
        var marks = await command.ListAsync(
            row => new RecoveryMark
            {
                At = row.GetFieldValue<DateTimeOffset>(0),
                Actor = row.GetString(1),
                Attempt = row.GetInt32(2),
                Changes = row.GetInt64(3),
                IsThrough = row.GetBoolean(4),
                Summary = row.Text(5) is { } summary ? JsonParser.Default.Parse<V1.DiffSummary>(summary) : null,
                Version = row.Value<int>(6),
            },
            cancellationToken);
        return (marks.Find(mark => mark.Summary is null), marks.Find(mark => mark.Summary is not null));
    }
}
