using Npgsql;

namespace Headgate.Bench.Stack;

/// <summary>One database of the private server.</summary>
sealed class Database : IAsyncDisposable
{
    readonly NpgsqlDataSource _source;

    Database(string name, string connectionString)
    {
        Name = name;
        ConnectionString = connectionString;
        // No command of the benchmark's own has a limit: sizes are the caller's choice, and Ctrl-C ends it.
        _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { CommandTimeout = 0 });
    }

    public string Name { get; }

    public string ConnectionString { get; }

    /// <summary>The same as a libpq connection string, for a subscription.</summary>
    public string Libpq
    {
        get
        {
            var parts = new NpgsqlConnectionStringBuilder(ConnectionString);
            return $"host={parts.Host} port={parts.Port} dbname={parts.Database} user={parts.Username} password={parts.Password}";
        }
    }

    /// <summary>The same as a URI, for pgloader.</summary>
    public string Uri
    {
        get
        {
            var parts = new NpgsqlConnectionStringBuilder(ConnectionString);
            return $"postgresql://{parts.Username}:{parts.Password}@{parts.Host}:{parts.Port}/{parts.Database}";
        }
    }

    public static async Task<Database> CreateAsync(string server, string name, CancellationToken cancellationToken)
    {
        await using (var connection = new NpgsqlConnection(server))
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand($"create database {name} template template0", connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return new Database(name, new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString);
    }

    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => _source.OpenConnectionAsync(cancellationToken);

    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The first column of the first row; the type's default when there is no row or the value is null.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) && !await reader.IsDBNullAsync(0, cancellationToken)
            ? await reader.GetFieldValueAsync<T>(0, cancellationToken)
            : default;
    }

    public async Task<IReadOnlyList<T>> ListAsync<T>(string sql, Func<NpgsqlDataReader, T> row, CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken)) rows.Add(row(reader));
        return rows;
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
