using Npgsql;
using NpgsqlTypes;

namespace Headgate.Connectors.Postgres.Comparing;

/// <summary>Which of a plan's types the destination has by now: the planned changes, which may make them, are not made yet.</summary>
/// <param name="There">Those that it has.</param>
/// <param name="Labels">Of these, enums and arrays of enums: they may be about to get labels that records already bear.</param>
sealed record KnownTypes(IReadOnlySet<string> There, IReadOnlySet<string> Labels)
{
    public static async Task<KnownTypes> ReadAsync(NpgsqlConnection connection, ObjectPlan plan, CancellationToken cancellationToken)
    {
        var names = plan.Fields.SelectMany(field => new[] { field.StagedType, field.DestinationType }).Distinct(StringComparer.Ordinal).ToArray();
        await using var command = new NpgsqlCommand(
            """
            SELECT n.name, coalesce(e.typtype, t.typtype) = 'e' FROM pg_catalog.unnest($1) AS n (name)
            JOIN pg_catalog.pg_type t ON t.oid = pg_catalog.to_regtype(n.name) LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typlen = -1
            """,
            connection)
        {
            Parameters = { new NpgsqlParameter { Value = names, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text } },
        };
        var (there, labels) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            there.Add(reader.GetString(0));
            if (reader.GetBoolean(1)) labels.Add(reader.GetString(0));
        }

        return new KnownTypes(there, labels);
    }
}
