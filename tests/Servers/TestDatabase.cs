using System.Security.Cryptography;
using Npgsql;

namespace Headgate.Tests.Servers;

/// <summary>A fresh database for one test, dropped with everything that is still connected when disposed.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly string _serverConnectionString;

    private TestDatabase(string name, string serverConnectionString)
    {
        Name = name;
        _serverConnectionString = serverConnectionString;
        ConnectionString = new NpgsqlConnectionStringBuilder(serverConnectionString) { Database = name }.ConnectionString;
        DataSource = NpgsqlDataSource.Create(ConnectionString);
    }

    public string Name { get; }

    public string ConnectionString { get; }

    public NpgsqlDataSource DataSource { get; }

    /// <param name="prefix">Start of the database's name: lower-case letters, digits, underscores.</param>
    /// <param name="on">Connection string of a superuser of the server it is made on; null: the one that all tests share.</param>
    public static async Task<TestDatabase> CreateAsync(string prefix = "test", string? on = null)
    {
        on ??= (await SharedServers.PostgresAsync()).ConnectionString;
        var name = $"{prefix}_{RandomNumberGenerator.GetHexString(12, lowercase: true)}";
        // template0 is the one template that nobody can be connected to. Its files copied, not its pages written to the log: a third of the work.
        await OnServerAsync(on, $"""CREATE DATABASE "{name}" TEMPLATE template0 STRATEGY file_copy""");
        return new TestDatabase(name, on);
    }

    /// <summary>A database with the same content. Nobody may be connected to this one.</summary>
    public async Task<TestDatabase> CopyAsync()
    {
        var name = $"copy_{RandomNumberGenerator.GetHexString(12, lowercase: true)}";
        DataSource.Clear();
        await OnServerAsync(_serverConnectionString, $"""CREATE DATABASE "{name}" TEMPLATE "{Name}" STRATEGY file_copy""");
        return new TestDatabase(name, _serverConnectionString);
    }

    public async Task<int> ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row; the type's default when there is no row or the value is NULL.</summary>
    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() && !await reader.IsDBNullAsync(0) ? await reader.GetFieldValueAsync<T>(0) : default;
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await OnServerAsync(_serverConnectionString, $"""DROP DATABASE IF EXISTS "{Name}" WITH (FORCE)""");
    }

    private static async Task OnServerAsync(string connectionString, string sql)
    {
        // A pool would keep connections that a restart of the server has broken.
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
