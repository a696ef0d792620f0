using Headgate.Connectors.Postgres.Errors;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>
/// Whether columns still have the types that they were planned for. Staged bytes have the form of those types; as another type they may
/// be received without an error, and mean something else.
/// </summary>
static class PlannedTypes
{
    // search_path is pg_catalog, as it was when the plan's types were spelled.
    const string Sql = """
        SELECT p.relation, p.field, p.type, pg_catalog.format_type(a.atttypid, a.atttypmod)
        FROM unnest($1, $2, $3) WITH ORDINALITY AS p (relation, field, type, no)
        LEFT JOIN pg_catalog.pg_attribute a
            ON a.attrelid = pg_catalog.to_regclass(p.relation) AND a.attname = p.field AND a.attnum > 0 AND NOT a.attisdropped
        WHERE pg_catalog.format_type(a.atttypid, a.atttypmod) IS DISTINCT FROM p.type ORDER BY p.no LIMIT 1
        """;

    /// <summary>Returns no row. Who reads a table locks it against every change of a column's type, up to the transaction's end.</summary>
    public static NpgsqlBatchCommand LockCommand(ObjectPlan plan) => new($"SELECT 1 FROM ONLY {plan.To} WHERE false");

    /// <summary>To be sent once the tables are locked; returns the first column that differs, if any.</summary>
    public static NpgsqlBatchCommand CompareCommand(IReadOnlyList<ObjectPlan> plans)
    {
        var fields = plans.SelectMany(plan => plan.Fields.Select(field => (plan.To, field.Name, field.DestinationType))
            .Concat((plan.Undo?.Rest ?? []).Select(column => (plan.To, column.Name, DestinationType: column.Type)))).ToArray();
        return new NpgsqlBatchCommand(Sql)
        {
            Parameters =
            {
                Texts(fields.Select(f => f.To)), Texts(fields.Select(f => f.Name)), Texts(fields.Select(f => f.DestinationType)),
            },
        };
    }

    /// <returns>What is wrong; null: nothing.</returns>
    public static async Task<ConnectorException?> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        if (!await reader.ReadAsync(cancellationToken)) return null;
        var present = await reader.IsDBNullAsync(3, cancellationToken) ? "is not there any more" : $"is {reader.GetString(3)} now";
        return PostgresProblem.Of("type-mismatch",
            $"Object {reader.GetString(0)}: column \"{reader.GetString(1)}\" was planned as {reader.GetString(2)} and {present}.");
    }

    static NpgsqlParameter Texts(IEnumerable<string> texts) =>
        new() { Value = texts.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
}
