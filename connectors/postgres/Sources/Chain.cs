using Headgate.Connectors.Postgres.Catalog;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Sources;
using Npgsql;

namespace Headgate.Connectors.Postgres.Sources;

/// <summary>
/// Walks records in the order of cursor and key, or of the key alone. Since the key is in it the order is total: records with equal
/// cursors on both sides of a boundary are neither lost nor read twice.
/// </summary>
sealed class Chain
{
    readonly SnapshotTransaction _transaction;
    readonly ReadPlan _plan;
    readonly IReadOnlyList<string> _columns;
    readonly IReadOnlyList<string> _types;
    readonly bool _continued;

    Chain(SnapshotTransaction transaction, ReadPlan plan, IReadOnlyList<string> columns, IReadOnlyList<string> types, bool continued)
    {
        _transaction = transaction;
        _plan = plan;
        _columns = columns;
        _types = types;
        _continued = continued;
    }

    // Qualified: a bare name would mean the output column of that name, which may be cast to text and sorts otherwise.
    public string Order =>
        $" ORDER BY {string.Join(", ", _columns.Select(c => $"{_plan.Object.From}.{SqlText.Identifier(c)}"))}";

    public static async Task<Chain> OpenAsync(
        SnapshotTransaction transaction, ReadPlan plan, IReadOnlyList<string>? after, CancellationToken cancellationToken)
    {
        var key = ReadStatement.KeyColumns(plan);
        IReadOnlyList<string> columns = ReadStatement.Incremental(plan) ? [plan.Object.Cursor!.Name, .. key] : key;
        if (after is not null && after.Count != columns.Count)
            throw PostgresProblem.Of("range-invalid", $"Object {plan.Object.From}: the segment's range does not fit the key any more.");
        var types = await ReadTypesAsync(transaction, plan.Object.From, columns, cancellationToken);
        var settings = ReadStatement.WindowSettings(plan).Concat((after ?? []).Select((value, i) => (Setting("after", i), value)));
        await transaction.SetAsync(settings.ToArray(), cancellationToken);
        return new Chain(transaction, plan, columns, types, after is not null);
    }

    /// <summary>The position of the last of the next so many records; null: there are fewer.</summary>
    public async Task<IReadOnlyList<string>?> FindBoundaryAsync(int rows, CancellationToken cancellationToken)
    {
        var position = string.Join(", ", _columns.Select(c => $"{SqlText.Identifier(c)}::pg_catalog.text"));
        var select = $"SELECT {position}{ReadStatement.From(_plan, Conditions(bounded: false))}{Order} OFFSET {rows - 1} LIMIT 1";
        var boundary = await ReadRowAsync(select, cancellationToken);
        if (boundary is not null)
            await _transaction.SetAsync(boundary.Select((value, i) => (Setting("until", i), value)).ToArray(), cancellationToken);
        return boundary;
    }

    /// <summary>
    /// A position implies the window's bound on its side, which is then left out: an index scan begins at the first condition that
    /// fits, and from the window's lower bound it would walk through all earlier segments again.
    /// </summary>
    public IEnumerable<string> Conditions(bool bounded)
    {
        var window = ReadStatement.Incremental(_plan);
        if (_continued) yield return $"{Row()} > {Position("after")}";
        else if (window) yield return ReadStatement.FromLower(_plan);
        if (bounded) yield return $"{Row()} <= {Position("until")}";
        else if (window) yield return ReadStatement.UpToUpper(_plan);
    }

    async Task<string[]?> ReadRowAsync(string select, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(select, _transaction.Connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return null;
        var row = new string[_columns.Count];
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = reader.IsDBNull(i)
                ? throw PostgresProblem.Of("key-null", $"Object {_plan.Object.From}: key column \"{_columns[i]}\" is null in some records.")
                : reader.GetString(i);
        }

        return row;
    }

    string Row() => $"({SqlText.Identifiers(_columns)})";

    string Position(string name) =>
        $"({string.Join(", ", _types.Select((type, i) => $"pg_catalog.current_setting('{Setting(name, i)}')::{type}"))})";

    static string Setting(string name, int i) => $"headgate.{name}_{i}";

    /// <summary>The columns' own types, without modifiers, so that positions compare as the index does.</summary>
    internal static async Task<IReadOnlyList<string>> ReadTypesAsync(
        SnapshotTransaction transaction, string from, IReadOnlyList<string> columns, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT pg_catalog.format_type(a.atttypid, -1)
            FROM pg_catalog.unnest($2::pg_catalog.text[]) WITH ORDINALITY AS w(name, ord)
            JOIN pg_catalog.pg_attribute a
              ON a.attrelid = pg_catalog.to_regclass($1) AND a.attname = w.name AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY w.ord
            """, transaction.Connection)
        {
            Parameters = { new() { Value = from }, new() { Value = columns.ToArray() } },
        };
        var types = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            types.Add(reader.GetString(0));
        return types.Count == columns.Count
            ? types
            : throw PostgresProblem.Of("column-missing", $"Object {from}: one of its columns {SqlText.Shown(columns)} is gone at the source.");
    }
}
