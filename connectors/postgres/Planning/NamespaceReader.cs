using Headgate.Connectors.Postgres.Catalog;
using Npgsql;

namespace Headgate.Connectors.Postgres.Planning;

/// <summary>Reads schemas, and types by name.</summary>
static class NamespaceReader
{
    public static async Task<Dictionary<(string Schema, string Name), FieldType>> ReadTypesAsync(
        NpgsqlConnection connection, (string Schema, string Name)[] names, CancellationToken cancellationToken)
    {
        var found = new Dictionary<(string Schema, string Name), FieldType>();
        if (names.Length == 0) return found;
        var oids = await ReadTypeNumbersAsync(connection, names, cancellationToken);
        var types = await TypeReader.ReadAsync(connection, oids.Values.Select(oid => (oid, -1)), cancellationToken);
        foreach (var (name, oid) in oids)
            found[name] = types.Resolve(oid, -1);
        return found;
    }

    public static async Task<Dictionary<string, bool>> ReadSchemasAsync(NpgsqlConnection connection, string[] schemas, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT nspname::text, has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = ANY($1)", connection)
        {
            Parameters = { new() { Value = schemas } },
        };
        var found = new Dictionary<string, bool>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found[reader.GetString(0)] = reader.GetBoolean(1);
        return found;
    }

    public static async Task<bool> ReadDatabaseAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT has_database_privilege(current_database(), 'CREATE')", connection);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public static async Task<string> ReadRoleAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT current_user::text", connection);
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Of all of the database: there are few, and a column may have one by way of a domain or an array.</summary>
    public static async Task<Dictionary<(string Schema, string Name), CatalogOwner>> ReadForeignEnumsAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT n.nspname::text, t.typname::text, o.rolname::text, o.rolsuper
            FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_roles o ON o.oid = t.typowner
            WHERE t.typtype = 'e' AND NOT pg_has_role(t.typowner, 'USAGE')
            """, connection);
        var found = new Dictionary<(string Schema, string Name), CatalogOwner>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found[(reader.GetString(0), reader.GetString(1))] = new CatalogOwner(reader.GetString(2), reader.GetBoolean(3));
        return found;
    }

    static async Task<Dictionary<(string Schema, string Name), long>> ReadTypeNumbersAsync(
        NpgsqlConnection connection, (string Schema, string Name)[] names, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT n.nspname::text, t.typname::text, t.oid::bigint
            FROM unnest($1::text[], $2::text[]) AS w(schema, name)
            JOIN pg_namespace n ON n.nspname = w.schema
            JOIN pg_type t ON t.typnamespace = n.oid AND t.typname = w.name
            """, connection)
        {
            Parameters =
            {
                new() { Value = names.Select(n => n.Schema).ToArray() },
                new() { Value = names.Select(n => n.Name).ToArray() },
            },
        };
        var oids = new Dictionary<(string Schema, string Name), long>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            oids[(reader.GetString(0), reader.GetString(1))] = reader.GetInt64(2);
        return oids;
    }
}
