using System.Runtime.CompilerServices;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Sources;
using Headgate.Connectors.Undoing;
using Npgsql;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>
/// Says what undoing a range would do, by the very statement that judges entries when they are undone. Writes to temporary tables only, and is
/// rolled back.
/// </summary>
static class UndoPreviews
{
    /// <summary>Of a row with several entries the newest one tells: what the others would meet is not there yet.</summary>
    const string Newest = $"""
        DELETE FROM {UndoTables.Entries} WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM (SELECT ctid, row_number() OVER (PARTITION BY key ORDER BY ctid) AS no FROM {UndoTables.Entries}) e WHERE no > 1))
        """;

    const string Counts = $"""
        SELECT count(*) FILTER (WHERE verdict = 'write' AND op = 'update'), count(*) FILTER (WHERE verdict = 'write' AND op = 'insert'),
               count(*) FILTER (WHERE verdict = 'write' AND op = 'delete'), count(*) FILTER (WHERE verdict = 'same'),
               count(*) FILTER (WHERE verdict NOT IN ('write', 'same'))
        FROM {UndoTables.Verdicts}
        """;

    /// <summary>A row that bears one of the job's transactions is as the job left it: it goes, or is put back, with the rest.</summary>
    const string NotUndone = " AND NOT EXISTS (SELECT FROM pg_temp.hg_wrote x WHERE x.xid = r.xmin::text)";

    /// <summary>Of more transactions than these their numbers are not kept in memory.</summary>
    const int MostKnown = 100_000;

    const string OpenWrote = "CREATE TEMPORARY TABLE hg_wrote (xid text) ON COMMIT DROP";

    /// <summary>A job may have written in thousands of transactions: for all parts of what is looked at together they are looked up once.</summary>
    static readonly ConditionalWeakTable<IReadOnlyList<ObjectPlan>, string[]> Known = [];

    public static async Task<UndoPreview> OfAsync(
        NpgsqlDataSource dataSource, ObjectPlan plan, SegmentRange range, IReadOnlyList<ObjectPlan> together, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, cancellationToken);
        await ExecuteAsync(WriterSettings.Sql);
        foreach (var sql in UndoTables.Prepare) await ExecuteAsync(sql);
        var fields = UndoShapes.Of(plan, await FieldShapes.ReadAsync(connection, plan.To, cancellationToken));
        await new LogReader(connection, plan, range).RunAsync(
            select => ExecuteAsync($"INSERT INTO {UndoTables.Entries} {select}"), cancellationToken);
        await ExecuteAsync(Newest);
        await ExecuteAsync(UndoTables.Open);
        await ExecuteAsync(Judging.Statement(fields));
        await new UndoHashes(connection, fields).CompareAsync(cancellationToken);
        await new Versions(connection, fields).SettleAsync(cancellationToken);
        var referrers = (await Referrers.ReadAsync(connection, plan.To, cancellationToken)).Where(r => r.Visible).ToList();
        if (referrers.Count > 0)
        {
            await FillWroteAsync();
            await ExecuteAsync(new UndoStatements(fields).Refer(referrers, "write", "insert", NotUndone));
        }

        await using var counting = new NpgsqlCommand(Counts, connection);
        await using var counts = await counting.ExecuteReaderAsync(cancellationToken);
        await counts.ReadAsync(cancellationToken);
        return new UndoPreview
        {
            PutBack = counts.GetInt64(0),
            InsertsDeleted = counts.GetInt64(1),
            DeletesRestored = counts.GetInt64(2),
            Unchanged = counts.GetInt64(3),
            Conflicts = counts.GetInt64(4),
        };

        async Task FillWroteAsync()
        {
            await ExecuteAsync(OpenWrote);
            if (!Known.TryGetValue(together, out var known))
            {
                await ExecuteAsync($"INSERT INTO pg_temp.hg_wrote {Wrote(await LogSchema.ReadAsync(connection, cancellationToken), [plan, .. together])}");
                await using var reading = new NpgsqlCommand($"SELECT xid FROM pg_temp.hg_wrote LIMIT {MostKnown + 1}", connection);
                var wrote = await ReadAsync(reading);
                if (wrote.Length <= MostKnown) Known.AddOrUpdate(together, wrote);
            }
            else
            {
                await using var filling = new NpgsqlCommand("INSERT INTO pg_temp.hg_wrote SELECT unnest($1)", connection);
                filling.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = known });
                await filling.ExecuteNonQueryAsync(cancellationToken);
            }

            await ExecuteAsync("CREATE INDEX ON pg_temp.hg_wrote (xid)");
        }

        async Task<string[]> ReadAsync(NpgsqlCommand command)
        {
            var found = new List<string>();
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken)) found.Add(rows.GetString(0));
            return [.. found];
        }

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>SQL: the transactions that wrote what is undone.</summary>
    static string Wrote(LogSchema schema, IReadOnlyList<ObjectPlan> plans)
    {
        var objects = string.Join(", ", plans.Select(plan => plan.Undo!.OfObjectNo).Distinct());
        var ofThem = $"WHERE job_id = '{plans[0].Undo!.OfJobId}' AND object_no IN ({objects})";
        return $"""
            SELECT DISTINCT w.xid::text AS xid FROM (
                SELECT {schema.Xid("g")} AS xid FROM headgate.change_group g {ofThem}
                UNION ALL SELECT {schema.Xid("k")} FROM headgate.change_block k {ofThem}) w
            WHERE w.xid IS NOT NULL
            """;
    }
}
