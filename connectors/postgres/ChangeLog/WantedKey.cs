using Headgate.Connectors.Changes;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Postgres.Repairs;
using Npgsql;

namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>
/// A key that somebody looks for, in the forms that the log has. It is a record's value, and so never part of a statement's text, which servers log.
/// </summary>
static class WantedKey
{
    /// <summary>As texts, the form of groups.</summary>
    /// <exception cref="ConnectorException">Its values are not of the fields' types.</exception>
    public static async Task<string[]> NormalizeAsync(LogSession session, LoggedObject logged, string[] key, CancellationToken cancellationToken)
    {
        var forms = logged.Key.Select((position, at) => KeyForms.Form(logged.Types[position], $"${at + 1}"));
        await using var command = session.Command(
            $"SELECT ARRAY[{string.Join(", ", forms)}]::text[]", [.. key.Select(value => new NpgsqlParameter<string> { TypedValue = value })]);
        try
        {
            return (string[])(await command.ExecuteScalarAsync(cancellationToken))!;
        }
        catch (PostgresException error) when (SqlStates.IsOfValue(error.SqlState))
        {
            throw Misfit();
        }
    }

    /// <summary>In binary form, as blocks have it. Empty: no record of a block can have it, since its type would cut something off.</summary>
    /// <exception cref="ConnectorException">Its values are not of the fields' types.</exception>
    public static async Task<byte[]> ToBytesAsync(LogSession session, LoggedObject logged, string[] key, CancellationToken cancellationToken)
    {
        // COPY takes no parameters.
        var settings = string.Join(", ", key.Select((_, at) => $"pg_catalog.set_config('{Setting(at)}', ${at + 1}, true)"));
        await using (var set = session.Command($"SELECT {settings}", [.. key.Select(value => new NpgsqlParameter<string> { TypedValue = value })]))
            await set.ExecuteNonQueryAsync(cancellationToken);
        var values = logged.Key.Select((position, at) => (position, Sql: $"CAST({Value(at)} AS {logged.Staged[position]})"))
            .OrderBy(value => value.position);
        var isWhole = logged.Key.Select((position, at) => IsWhole(at, logged.Staged[position]));
        try
        {
            using var bytes = new MemoryStream();
            await using var copy = await session.Connection.BeginRawBinaryCopyAsync(
                $"COPY (SELECT {string.Join(", ", values.Select(value => value.Sql))} WHERE {string.Join(" AND ", isWhole)}) TO STDOUT (FORMAT binary)",
                cancellationToken);
            await copy.CopyToAsync(bytes, cancellationToken);
            // Between a header of 19 bytes with the number of fields behind it, and a trailer of 2.
            return bytes.Length <= 21 ? [] : bytes.ToArray()[21..^2];
        }
        catch (PostgresException error) when (SqlStates.IsOfValue(error.SqlState))
        {
            throw Misfit();
        }
    }

    static ConnectorException Misfit() => PostgresProblem.Of(ChangeProblems.Key, "A value of it is not one of its field's type.");

    static string IsWhole(int at, string type) => StagedText.IsPadded(type)
        ? $"CAST({Value(at)} AS {type}) = CAST({Value(at)} AS bpchar)"
        : $"CAST({Value(at)} AS {type})::text = {Value(at)}";

    static string Value(int at) => $"pg_catalog.current_setting('{Setting(at)}')";

    static string Setting(int at) => $"headgate.key_{at}";
}
