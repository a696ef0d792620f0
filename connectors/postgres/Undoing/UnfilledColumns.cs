using System.Text.RegularExpressions;
using Npgsql;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>
/// What columns of a table hold in rows that were inserted without them: null, or their default where that is one value and no expression.
/// </summary>
static partial class UnfilledColumns
{
    public const string Null = "NULL";

    // A domain has the default of the domain that it is made of, unless it has one itself.
    const string Sql = """
        SELECT a.attname::text, coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), y.typdefault)
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
        LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = pg_catalog.to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = '' AND a.attgenerated = ''
        """;

    /// <returns>In SQL, by name; a column that is missing holds another value in each row, or one that a function makes.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(
        NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = table });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            var expression = reader.IsDBNull(1) ? Null : reader.GetString(1);
            if (Constant().IsMatch(expression)) found.Add(reader.GetString(0), expression);
        }

        return found;
    }

    [GeneratedRegex("""^(NULL|true|false|-?[0-9.]+|'([^']|'')*')(::[a-z0-9_ ."(),\[\]]+)?$""",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Constant();
}
