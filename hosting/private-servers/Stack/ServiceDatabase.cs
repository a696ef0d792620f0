using Npgsql;

namespace Headgate.PrivateServers.Stack;

/// <summary>The database <c>headgate</c>: a schema per service, owned by its role and closed to the others.</summary>
internal static class ServiceDatabase
{
    public const string Name = "headgate";

    public static async Task PrepareAsync(string superUser, IReadOnlyList<ServiceLogin> logins, CancellationToken cancellationToken)
    {
        await using (var server = await OpenAsync(superUser, cancellationToken))
        {
            if (!await ExistsAsync(server, "SELECT 1 FROM pg_database WHERE datname = $1", Name, cancellationToken))
                await ExecuteAsync(server, $"CREATE DATABASE {Name} TEMPLATE template0", cancellationToken);
            await ExecuteAsync(server, $"REVOKE ALL ON DATABASE {Name} FROM PUBLIC", cancellationToken);
            foreach (var login in logins)
            {
                var verb = await ExistsAsync(server, "SELECT 1 FROM pg_roles WHERE rolname = $1", login.Role, cancellationToken) ? "ALTER" : "CREATE";
                await ExecuteAsync(server, $"{verb} ROLE {login.Role} LOGIN PASSWORD '{login.Password}'", cancellationToken);
                await ExecuteAsync(server, $"GRANT CONNECT, TEMPORARY ON DATABASE {Name} TO {login.Role}", cancellationToken);
            }
        }

        await using var database = await OpenAsync(new NpgsqlConnectionStringBuilder(superUser) { Database = Name }.ConnectionString, cancellationToken);
        await ExecuteAsync(database, "REVOKE ALL ON SCHEMA public FROM PUBLIC", cancellationToken);
        foreach (var login in logins)
            await ExecuteAsync(database, $"CREATE SCHEMA IF NOT EXISTS {login.Schema} AUTHORIZATION {login.Role}", cancellationToken);
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, string sql, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = name });
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
