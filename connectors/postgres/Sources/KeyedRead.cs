using Headgate.Connectors.Postgres.Catalog;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Records;
using Headgate.Connectors.Sources;
using Npgsql;

namespace Headgate.Connectors.Postgres.Sources;

/// <summary>
/// Reads the records of given keys. The keys stand in settings, since COPY takes no parameters, and are cast to the columns' own types, so that an
/// index on them is used.
/// </summary>
sealed class KeyedRead(SnapshotTransaction transaction, ReadPlan plan)
{
    /// <summary>Keys of one statement: each is looked for by an index, and all of them are in one setting a column.</summary>
    const int AtOnce = 2_000;

    readonly IReadOnlyList<string> _columns = ReadStatement.KeyColumns(plan);

    public async Task RunAsync(IReadOnlyList<IReadOnlyList<string>> keys, IRecordSink sink, CancellationToken cancellationToken)
    {
        if (keys.Count == 0) return;
        var types = await Chain.ReadTypesAsync(transaction, plan.Object.From, _columns, cancellationToken);
        foreach (var some in keys.Chunk(AtOnce).Select(some => some.Select(key => Spelled(key, types)).ToArray()))
        {
            if (await FittingAsync(some, types, cancellationToken) is not { Count: > 0 } fitting) continue;
            await transaction.SetAsync([.. _columns.Select((_, at) => (Setting(at), Literal([.. fitting.Select(key => key[at])])))], cancellationToken);
            var select = $"SELECT {ReadStatement.Fields(plan)}{ReadStatement.From(plan, [Condition(types)])}";
            await RawCopy.ReadAsync(transaction.Connection, $"COPY ({select}) TO STDOUT (FORMAT BINARY)", sink, cancellationToken);
        }
    }

    // The destination may write a whole number with a fraction of zeros, as a numeric of a scale does, which integers do not take.
    static IReadOnlyList<string> Spelled(IReadOnlyList<string> key, IReadOnlyList<string> types) =>
        [.. key.Select((value, at) => types[at] is "smallint" or "integer" or "bigint" ? WholeNumber(value) : value)];

    static string WholeNumber(string value) =>
        value.IndexOf('.', StringComparison.Ordinal) is > 0 and var point && value.AsSpan(point + 1).Trim('0').IsEmpty ? value[..point] : value;

    string Condition(IReadOnlyList<string> types) => types.Count == 1
        ? $"{SqlText.Identifier(_columns[0])} = ANY (pg_catalog.current_setting('{Setting(0)}')::pg_catalog.text[]::{types[0]}[])"
        : $"({SqlText.Identifiers(_columns)}) IN (SELECT {string.Join(", ", types.Select((type, at) => $"k{at}::{type}"))} FROM unnest("
            + string.Join(", ", types.Select((_, at) => $"pg_catalog.current_setting('{Setting(at)}')::pg_catalog.text[]"))
            + $") AS hg_keys ({string.Join(", ", types.Select((_, at) => $"k{at}"))}))";

    // One that its type refuses fails the statement and all that is asked for with it: they are halved until it stands alone, and left out.
    async Task<IReadOnlyList<IReadOnlyList<string>>> FittingAsync(
        IReadOnlyList<IReadOnlyList<string>> keys, IReadOnlyList<string> types, CancellationToken cancellationToken)
    {
        await ExecuteAsync("SAVEPOINT hg_keys", cancellationToken);
        try
        {
            await CastAsync(keys, types, cancellationToken);
            await ExecuteAsync("RELEASE SAVEPOINT hg_keys", cancellationToken);
            return keys;
        }
        catch (PostgresException e) when (SqlStates.IsOfValue(e.SqlState))
        {
            await ExecuteAsync("ROLLBACK TO SAVEPOINT hg_keys; RELEASE SAVEPOINT hg_keys", cancellationToken);
        }

        if (keys.Count == 1) return [];
        var half = keys.Count / 2;
        return
        [
            .. await FittingAsync([.. keys.Take(half)], types, cancellationToken),
            .. await FittingAsync([.. keys.Skip(half)], types, cancellationToken),
        ];
    }

    async Task CastAsync(IReadOnlyList<IReadOnlyList<string>> keys, IReadOnlyList<string> types, CancellationToken cancellationToken)
    {
        var casts = types.Select((type, at) => $"pg_catalog.cardinality(${at + 1}::pg_catalog.text[]::{type}[])");
        await using var command = new NpgsqlCommand($"SELECT {string.Join(", ", casts)}", transaction.Connection);
        for (var at = 0; at < types.Count; at++) command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. keys.Select(key => key[at])] });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    async Task ExecuteAsync(string statement, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(statement, transaction.Connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static string Setting(int at) => $"headgate.keys_{at}";

    static string Literal(IReadOnlyList<string> values) => $"{{{string.Join(',', values.Select(Quoted))}}}";

    static string Quoted(string value) =>
        $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
