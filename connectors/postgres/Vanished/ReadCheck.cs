using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Postgres.Planning;
using Headgate.Contracts.Pipelines;
using Npgsql;

namespace Headgate.Connectors.Postgres.Vanished;

/// <summary>
/// Makes sure, before any row counts as vanished, that the ledger has taken each record of the read and that the key of each is noted. No
/// lock is held for it: nothing writes segments any more, and a stop is not to wait for a count of millions.
/// </summary>
sealed class ReadCheck(NpgsqlDataSource dataSource, FinishTicket ticket, ObjectPlan plan)
{
    /// <summary>Keys in a range, about: to count one is to be a matter of seconds.</summary>
    public required long KeysInRange { get; init; }

    /// <summary>Looks at the ledger, and counts the next range of the noted keys.</summary>
    /// <param name="read">Where it stands.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Where it stands then, and whether all of it is certain.</returns>
    public async Task<(FullRead Read, bool IsCertain)> GoOnAsync(FullRead read, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (unwritten, unknown, records, noted, rejected) = await LedgerAsync(connection, cancellationToken);
        if (unwritten > 0) throw Doubt($"{unwritten} of its segments are not written in full");
        if (unknown > 0) throw TooLarge(unknown);
        if (noted + rejected != records) throw Doubt($"{records} records were written or rejected, and the keys of {noted + rejected} noted");
        if (read.RejectedNoted + read.RejectedPassed is var looked && looked != rejected)
            throw Doubt($"{rejected} records were rejected, and the keys of {looked} looked at");
        var ranges = (int)((noted + read.RejectedNoted) / KeysInRange) + 1;
        var found = await CountAsync(connection, read, ranges, cancellationToken);
        var counted = read with { Counted = (read.Counted.Ranges + 1, read.Counted.Keys + found) };
        if (counted.Counted.Ranges < ranges) return (counted, false);
        if (counted.Counted.Keys != noted + read.RejectedNoted)
            throw Doubt($"the keys of {noted + read.RejectedNoted} records were noted, and those of {counted.Counted.Keys} are there");
        if (records == 0 && await HasRowsAsync(connection, cancellationToken)) throw Emptied();
        return (counted, true);
    }

    async Task<(long Unwritten, long Unknown, long Records, long Noted, long Rejected)> LedgerAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("""
            SELECT count(*) FILTER (WHERE coalesce(l.next_row, 0) <> s.rows),
                   (SELECT count(*) FROM headgate.rejected r
                    WHERE r.job_id = $1 AND r.attempt = $2 AND r.object_no = $3 AND r.segment_no = ANY ($4) AND r.image IS NULL),
                   coalesce(sum(s.rows), 0)::bigint, coalesce(sum(l.noted), 0)::bigint, coalesce(sum(l.rejected), 0)::bigint
            FROM unnest($4, $5) AS s (segment_no, rows)
            LEFT JOIN headgate.ledger l ON l.job_id = $1 AND l.attempt = $2 AND l.object_no = $3 AND l.segment_no = s.segment_no
            """, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = ticket.Job.JobId }, new NpgsqlParameter<int> { TypedValue = ticket.Job.Attempt },
                new NpgsqlParameter<int> { TypedValue = ticket.ObjectNo },
                new NpgsqlParameter<int[]> { TypedValue = [.. ticket.Segments.Keys] },
                new NpgsqlParameter<long[]> { TypedValue = [.. ticket.Segments.Values] },
            },
        };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4));
    }

    // What the planner thinks of a set that was filled a moment ago is not to matter.
    static async Task<long> CountAsync(NpgsqlConnection connection, FullRead read, int ranges, CancellationToken cancellationToken)
    {
        await using (var settings = new NpgsqlCommand("SET LOCAL enable_seqscan TO off", connection))
            await settings.ExecuteNonQueryAsync(cancellationToken);
        var (first, last) = (Start(read.Counted.Ranges, ranges), Start(read.Counted.Ranges + 1, ranges) - 1);
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM headgate.seen_key WHERE set_id = $1 AND key_hash BETWEEN $2 AND $3", connection);
        foreach (var value in (long[])[read.SetId, (long)first, (long)last])
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = value });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static Int128 Start(int range, int ranges) => long.MinValue + (((Int128)1 << 64) * range / ranges);

    bool IsMarking => plan.Vanished is OnVanished.Mark;

    /// <summary>Rows that would be deleted or marked.</summary>
    async Task<bool> HasRowsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var unmarked = IsMarking ? $" WHERE {VanishedRules.Mark} IS NULL" : "";
        await using var command = new NpgsqlCommand($"SELECT EXISTS (SELECT FROM {plan.To}{unmarked})", connection);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public static ConnectorException Doubt(ObjectPlan plan, string what) => PostgresProblem.Of("read-in-doubt",
        $"{WriteProblem.SubjectOf(plan)}: it is not certain which records its read has brought ({what}), so nothing counts as vanished; restart the job.");

    ConnectorException Doubt(string what) => Doubt(plan, what);

    // Restarted, the job would end here again.
    ConnectorException TooLarge(long records) => PostgresProblem.Of("read-in-doubt",
        $"{WriteProblem.SubjectOf(plan)}: {records} of its rejected records were too large to keep, so it is not certain which rows are theirs and "
        + "nothing counts as vanished; mend these records, or what rejects them, and restart the job; or set onVanished: keep.");

    ConnectorException Emptied() => PostgresProblem.Of("source-empty",
        $"{WriteProblem.SubjectOf(plan)}: the source had no record when it was read, and all rows of the table would count as vanished. If it has them "
        + "again, restart the job, which reads anew; to resume it does not. If it is right that there is none, "
        + (IsMarking ? $"set {VanishedRules.Mark} of the rows" : "empty the table") + " and resume the job; or set onVanished: keep.");
}
