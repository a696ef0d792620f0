using Npgsql;

namespace Headgate.Standalone.Demo;

/// <summary>The demonstration's databases, made afresh on a private server: state, source and destination.</summary>
sealed class DemoDatabases(string server)
{
    public string State => Of("headgate");

    public string Source => Of("demo_source");

    public string Destination => Of("demo_destination");

    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        foreach (var name in new[] { "headgate", "demo_source", "demo_destination" })
        {
            await ExecuteAsync(server, $"drop database if exists {name} with (force)", cancellationToken);
            await ExecuteAsync(server, $"create database {name}", cancellationToken);
        }
    }

    public async Task RunAsync(string resource, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(typeof(DemoDatabases).Assembly.GetManifestResourceStream($"Headgate.Standalone.Demo.{resource}")!);
        await ExecuteAsync(Source, await reader.ReadToEndAsync(cancellationToken), cancellationToken);
    }

    /// <summary>Rows and a checksum over all values of all rows, whatever their order.</summary>
    public static async Task<(long Rows, string Checksum)> ChecksumAsync(string database, string table, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand($"select count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text from {table} t");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetString(1));
    }

    static async Task ExecuteAsync(string database, string sql, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 120;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    string Of(string name) => new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
}
