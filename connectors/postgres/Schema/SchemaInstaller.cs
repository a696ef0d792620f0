using System.Globalization;
using Headgate.Connectors.Postgres.Errors;
using Npgsql;

namespace Headgate.Connectors.Postgres.Schema;

/// <summary>Brings schema headgate to this program's version: numbered scripts, each once, one installer at a time.</summary>
static class SchemaInstaller
{
    static readonly IReadOnlyList<(int Version, string Resource)> Scripts = Find();

    /// <summary>The version that this program brings schemas to.</summary>
    public static int Latest => Scripts[^1].Version;

    /// <summary>Asks for the version of schema headgate; fails where it was never installed.</summary>
    public const string VersionSql = "SELECT coalesce(max(version), 0) FROM headgate.schema_version";

    /// <summary>Whether there is something to do where the schema is at this version; 0: there is none.</summary>
    public static bool IsNeeded(int version, bool upgrade) => version < Scripts[^1].Version && (version == 0 || upgrade);

    /// <param name="dataSource">Where.</param>
    /// <param name="upgrade">Whether a schema that is there is brought up to date too: a stop waits for nobody's lock on a log.</param>
    /// <param name="cancellationToken">Ends it; nothing is done then.</param>
    public static async Task EnsureAsync(NpgsqlDataSource dataSource, bool upgrade, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var found = await VersionAsync(connection, null, cancellationToken);
        if (!IsNeeded(found, upgrade)) return;
        if (found > 0 && found < Scripts[0].Version) throw Unreleased();

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(
            connection, transaction, "SET LOCAL search_path TO pg_catalog; SET LOCAL lock_timeout TO '20s'; SET LOCAL statement_timeout TO 0", cancellationToken);
        await using (var locking = new NpgsqlCommand("SELECT pg_advisory_xact_lock($1, 0)", connection, transaction) { CommandTimeout = 30 })
        {
            locking.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Fencing.LockClass.Schema });
            await locking.ExecuteNonQueryAsync(cancellationToken);
        }

        var version = await VersionAsync(connection, transaction, cancellationToken);
        if (version == 0) await ExecuteAsync(connection, transaction, Foundation, cancellationToken);
        foreach (var script in Scripts.Where(s => s.Version > version))
        {
            await ExecuteAsync(connection, transaction, await ReadAsync(script.Resource, cancellationToken), cancellationToken);
            await ExecuteAsync(
                connection, transaction, $"INSERT INTO headgate.schema_version (version) VALUES ({script.Version})", cancellationToken);
        }

        await transaction.CommitAsync(CancellationToken.None);
    }

    static ConnectorException Unreleased() => PostgresProblem.Of(
        "schema-unreleased",
        "Schema headgate at the destination is of a build before the first release, and cannot be brought up to date: "
            + "once no job of any pipeline is under way there, keep what you need of its change log and drop it (DROP SCHEMA headgate CASCADE).");

    const string Foundation = """
        CREATE SCHEMA IF NOT EXISTS headgate;
        CREATE TABLE headgate.schema_version (version int PRIMARY KEY, installed_at timestamptz NOT NULL DEFAULT clock_timestamp());
        """;

    static async Task<int> VersionAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        // The catalog is asked rather than to_regclass: that one fails for a role without rights on the schema.
        const string exists = """
            SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                           WHERE n.nspname = 'headgate' AND c.relname = 'schema_version')
            """;
        await using (var command = new NpgsqlCommand(exists, connection, transaction))
        {
            if (!(bool)(await command.ExecuteScalarAsync(cancellationToken))!) return 0;
        }

        await using var query = new NpgsqlCommand(VersionSql, connection, transaction);
        return (int)(await query.ExecuteScalarAsync(cancellationToken))!;
    }

    static async Task ExecuteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static List<(int Version, string Resource)> Find() =>
        [.. typeof(SchemaInstaller).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith("Schema.", StringComparison.Ordinal) && n.EndsWith(".sql", StringComparison.Ordinal))
            .Select(n => (int.Parse(n.AsSpan("Schema.".Length, 3), NumberStyles.None, CultureInfo.InvariantCulture), n))
            .OrderBy(s => s.Item1)];

    static async Task<string> ReadAsync(string resource, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(typeof(SchemaInstaller).Assembly.GetManifestResourceStream(resource)!);
        return await reader.ReadToEndAsync(cancellationToken);
    }
}
