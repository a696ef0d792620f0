using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Postgres.Sources;
using Headgate.Connectors.Records;
using Headgate.Connectors.Sources;
using Headgate.Connectors.Undoing;
using Npgsql;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>Reads entries of a job's log, newest first, in the form in which they are staged; see <see cref="UndoTables"/>.</summary>
sealed class LogReader(NpgsqlConnection connection, ObjectPlan plan, SegmentRange range)
{
    readonly UndoPlan _undo = plan.Undo!;

    /// <summary>In one view of the log, so that what retention takes meanwhile is still there.</summary>
    public static async Task ReadAsync(
        NpgsqlDataSource dataSource, ObjectPlan plan, SegmentRange range, IRecordSink sink, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        // The reader is as slow as whoever takes the entries, of which one that is not divided may have very many.
        await using (var settings = new NpgsqlCommand(
            $"{WriterSettings.Sql}; SET LOCAL statement_timeout TO '{10 * (1 + (range.Entries / LogLayout.EntriesInSegment))}min'", connection))
            await settings.ExecuteNonQueryAsync(cancellationToken);
        await new LogReader(connection, plan, range).RunAsync(
            select => RawCopy.ReadAsync(connection, $"COPY ({select}) TO STDOUT (FORMAT binary)", sink, cancellationToken), cancellationToken);
    }

    /// <summary>In a transaction with the settings of writers, whose texts are those of the log.</summary>
    /// <param name="take">Takes a query for the next entries.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(Func<string, Task> take, CancellationToken cancellationToken)
    {
        if (range.Entries == 0) return;
        var schema = await LogSchema.ReadAsync(connection, cancellationToken);
        await RequireAllAsync(schema, cancellationToken);
        await take(Groups(schema));
        if (range.Kind is SegmentRangeKind.LoggedInserts)
            await new LoggedBlocks(connection, plan, range).RunAsync(schema, Chosen("x.key"), take, cancellationToken);
    }

    string Operations => range.Kind is SegmentRangeKind.LoggedInserts ? "'insert'" : _undo.Fields.Count > 0 ? "'update'" : "'update', 'delete'";

    string Groups(LogSchema schema) => $"""
        SELECT g.operation, r.key, {Aligned("before")}, {Aligned("after")}, NULL::bytea, {schema.Xid("g")}, g.attempt{Replaced(schema)}
        FROM headgate.change_group g CROSS JOIN LATERAL unnest(g.records) WITH ORDINALITY AS r (key, before, after, place)
        WHERE g.job_id = '{_undo.OfJobId}' AND g.object_no = {_undo.OfObjectNo} AND g.seq BETWEEN {range.FirstSeq} AND {range.LastSeq}
            AND g.operation IN ({Operations}){Covered()}{Chosen("r.key")}
        ORDER BY g.seq DESC, r.place DESC
        """;

    string Replaced(LogSchema schema) => !plan.LogsVersions ? "" : schema.KnowsVersions ? ", CASE WHEN g.xmin = g.xid::xid THEN g.replaced[r.place] END" : ", NULL::xid";

    /// <summary>SQL: an image whose columns behind the fields are those that are still there, in the order of the plan.</summary>
    string Aligned(string image)
    {
        var fields = plan.Fields.Count;
        var cases = _undo.Logged.Select(rest => $"WHEN {rest.Attempt} THEN ARRAY[{Places(rest)}]::text[]").ToList();
        var others = cases.Count == 0 ? "" : $" || CASE g.attempt {string.Join(" ", cases)} ELSE '{{}}'::text[] END";
        return $"CASE WHEN cardinality(r.{image}) > {fields} THEN r.{image}[1:{fields}]{others} ELSE r.{image} END";

        string Places(UndoRest rest) => string.Join(", ", rest.Logged.Select(at => $"r.{image}[{fields + at + 1}]"));
    }

    /// <summary>SQL: a field that is put back was changed.</summary>
    string Covered() => _undo.Fields.Count == 0 ? ""
        : $" AND ({string.Join(" OR ", _undo.Fields.Select(at => $"r.before[{at + 1}] IS DISTINCT FROM r.after[{at + 1}]"))})";

    string Chosen(string key) => _undo.Selection is not { } selection ? ""
        : " AND EXISTS (SELECT FROM headgate.selection s "
            + $"WHERE s.job_id = '{selection}' AND s.object_no = {plan.ObjectNo} AND s.key = {key})";

    async Task RequireAllAsync(LogSchema schema, CancellationToken cancellationToken)
    {
        var inRange = $"seq BETWEEN {range.FirstSeq} AND {range.LastSeq}";
        var blocks = range.Kind is SegmentRangeKind.LoggedInserts
            ? $"coalesce((SELECT sum(b.row_count) FROM {schema.Blocks} WHERE b.{inRange}), 0)"
            : "0";
        await using var command = new NpgsqlCommand($"""
            SELECT {blocks} + coalesce((
                SELECT sum(g.row_count) FROM headgate.change_group g
                WHERE g.job_id = $1 AND g.object_no = $2 AND g.{inRange} AND g.operation IN ({Operations})), 0)
            """, connection)
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = _undo.OfJobId }, new NpgsqlParameter<int> { TypedValue = _undo.OfObjectNo } },
        };
        var found = Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), System.Globalization.CultureInfo.InvariantCulture);
        if (found == range.Entries) return;
        throw PostgresProblem.Of("log-gone",
            $"Object {plan.To}: of {range.Entries} entries that were to be undone the log still has {found}; what a job has logged is kept "
            + "as long as its pipeline says (retention.changes).");
    }
}
