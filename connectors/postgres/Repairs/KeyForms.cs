using System.Text.RegularExpressions;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Repairs;
using Npgsql;

namespace Headgate.Connectors.Postgres.Repairs;

/// <summary>
/// Brings keys that people write into the form of the log: cast to the field's type and back to text, under the settings that the log is written
/// under.
/// </summary>
sealed partial class KeyForms(NpgsqlConnection session, IReadOnlyList<LoggedField> fields)
{
    public async Task<IReadOnlyList<IReadOnlyList<string>?>> NormalizeAsync(
        IReadOnlyList<IReadOnlyList<string>> keys, CancellationToken cancellationToken)
    {
        var forms = new IReadOnlyList<string>?[keys.Count];
        if (keys.Count > 0) await NormalizeAsync(keys, 0, keys.Count, forms, cancellationToken);
        return forms;
    }

    // One that its type refuses fails all that are asked for with it: they are halved until it stands alone.
    async Task NormalizeAsync(
        IReadOnlyList<IReadOnlyList<string>> keys, int first, int count, IReadOnlyList<string>?[] forms, CancellationToken cancellationToken)
    {
        try
        {
            await CastAsync([.. keys.Skip(first).Take(count)], first, forms, cancellationToken);
        }
        catch (PostgresException e) when (SqlStates.IsOfValue(e.SqlState))
        {
            if (count == 1) return;
            await NormalizeAsync(keys, first, count / 2, forms, cancellationToken);
            await NormalizeAsync(keys, first + (count / 2), count - (count / 2), forms, cancellationToken);
        }
    }

    async Task CastAsync(IReadOnlyList<IReadOnlyList<string>> keys, int first, IReadOnlyList<string>?[] forms, CancellationToken cancellationToken)
    {
        await using var transaction = await session.BeginTransactionAsync(cancellationToken);
        await using (var settings = new NpgsqlCommand(WriterSettings.Sql, session)) await settings.ExecuteNonQueryAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            $"SELECT ARRAY[{string.Join(", ", fields.Select((field, at) => Form(field.Type, $"k.key[{at + 1}]")))}]"
            + $" FROM ({KeyColumns.Select(fields.Count, 1)}) AS k (key)",
            session);
        command.Parameters.AddRange(KeyColumns.Parameters(keys));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        for (var at = first; await row.ReadAsync(cancellationToken); at++) forms[at] = row.GetFieldValue<string[]>(0);
    }

    /// <summary>A cast to a type of a length, or of a scale, would cut off what is too long for it, and name another record.</summary>
    public static string Form(string type, string value)
    {
        if (type is "text" || type.StartsWith("character varying", StringComparison.Ordinal)) return value;
        var isPadded = type.StartsWith("character", StringComparison.Ordinal) || type.StartsWith("bpchar", StringComparison.Ordinal);
        var whole = isPadded ? "bpchar" : Modifier().Replace(type, "");
        var text = isPadded ? $"pg_catalog.bpcharout({value}::{type})::text" : $"{value}::{type}::text";
        return whole == type ? text : $"CASE WHEN {value}::{type} = {value}::{whole} THEN {text} ELSE {value} END";
    }

    [GeneratedRegex(@"\([0-9, ]+\)")]
    private static partial Regex Modifier();
}
