using System.Reflection;
using Npgsql;

namespace Headgate.Hosting.State;

/// <summary>
/// Brings a service's own schema up to date from the SQL files embedded in its assembly (Migrations/NNNN-name.sql), each in one
/// transaction, in order, once.
/// </summary>
public static class SchemaMigrator
{
    public static async Task MigrateAsync(NpgsqlDataSource state, string schema, Assembly assembly, CancellationToken cancellationToken)
    {
        await using var connection = await state.OpenConnectionAsync(cancellationToken);
        // Two instances that start together: the second waits here and finds nothing to do.
        await ExecuteAsync(connection, $"select pg_advisory_lock(hashtext('headgate.migrate.{schema}'))", cancellationToken);
        try
        {
            await EnsureVersionTableAsync(connection, schema, cancellationToken);
            var applied = await AppliedAsync(connection, schema, cancellationToken);
            foreach (var (number, sql) in Migrations(assembly).Where(migration => !applied.Contains(migration.Number)))
                await ExecuteAsync(connection, $"begin; {sql}; insert into {schema}.schema_version (version) values ({number}); commit", cancellationToken);
        }
        finally
        {
            await ExecuteAsync(connection, $"rollback; select pg_advisory_unlock(hashtext('headgate.migrate.{schema}'))", CancellationToken.None);
        }
    }

    static async Task EnsureVersionTableAsync(NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        // Asked first, since CREATE SCHEMA IF NOT EXISTS wants the right to create even where there is nothing to do.
        await using var command = new NpgsqlCommand("select exists(select from pg_namespace where nspname = $1)", connection);
        command.Parameters.AddWithValue(schema);
        if (!(bool)(await command.ExecuteScalarAsync(cancellationToken))!) await ExecuteAsync(connection, $"create schema {schema}", cancellationToken);
        await ExecuteAsync(
            connection,
            $"create table if not exists {schema}.schema_version (version int primary key, applied_at timestamptz not null default now())",
            cancellationToken);
    }

    // Each by itself: one with a lower number may come later, from another branch.
    static async Task<int[]> AppliedAsync(NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select array(select version from {schema}.schema_version)", connection);
        return (int[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static IEnumerable<(int Number, string Sql)> Migrations(Assembly assembly) =>
        assembly.GetManifestResourceNames()
            .Where(name => name.Contains(".Migrations.", StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(name => (Number: NumberOf(name), Sql: Text(assembly, name)))
            .OrderBy(migration => migration.Number);

    static int NumberOf(string resource)
    {
        var name = resource[(resource.LastIndexOf(".Migrations.", StringComparison.Ordinal) + ".Migrations.".Length)..];
        return int.Parse(name.TrimStart('_').AsSpan(0, 4));
    }

    static string Text(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        // A table that is rewritten takes as long as it takes: given up half-way, the next start would only begin again.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
