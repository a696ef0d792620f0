using Npgsql;

namespace Headgate.Connectors.Postgres.Connections;

/// <summary>Makes data sources from connection strings: bounded, impatient, and silent about values.</summary>
static class PostgresConnections
{
    public const string SourceApplication = "headgate-source";
    public const string SnapshotApplication = "headgate-snapshot";
    public const string DestinationApplication = "headgate-destination";
    public const string FenceApplication = "headgate-fence";

    /// <summary>
    /// Lets the server find out in a minute or two that a worker is out of reach, also while it sends and nothing is taken. Until then
    /// the session holds its locks, or its snapshot: one that waits for its client in a COPY is under no other time-out.
    /// </summary>
    public const string ServerKeepAlive =
        "SET tcp_keepalives_idle TO 30; SET tcp_keepalives_interval TO 10; SET tcp_keepalives_count TO 3; SET tcp_user_timeout TO '60s';";

    const int MaxPoolSize = 32;

    /// <param name="connection">The connection string.</param>
    /// <param name="application">Shown in pg_stat_activity.</param>
    /// <param name="configure">Adapts the settings further.</param>
    /// <param name="onOpen">Statements that every new session begins with; null: none.</param>
    /// <exception cref="ConnectorException">With code "connection-invalid".</exception>
    public static NpgsqlDataSource Create(
        string connection, string application, Action<NpgsqlConnectionStringBuilder>? configure = null, string? onOpen = null)
    {
        var settings = Parse(connection);
        settings.ApplicationName = application;
        settings.Timeout = 10;
        settings.MaxPoolSize = Math.Min(settings.MaxPoolSize, MaxPoolSize);
        settings.MinPoolSize = Math.Min(settings.MinPoolSize, settings.MaxPoolSize);
        settings.TcpKeepAlive = true;
        settings.TcpKeepAliveTime = 30;
        settings.TcpKeepAliveInterval = 10;
        settings.IncludeErrorDetail = false;
        settings.IncludeFailedBatchedCommand = false;
        settings.LogParameters = false;
        settings.PersistSecurityInfo = false;
        configure?.Invoke(settings);

        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        // Npgsql's spans repeat the server's message on errors, and that may hold a record value.
        builder.ConfigureTracing(tracing => tracing
            .ConfigureCommandFilter(_ => false)
            .ConfigureBatchFilter(_ => false)
            .ConfigureCopyOperationFilter(_ => false));
        if (onOpen is not null)
            builder.UsePhysicalConnectionInitializer(c => Run(c, onOpen), c => RunAsync(c, onOpen));
        return builder.Build();
    }

    /// <summary>How sentences name a server: its part, database and address, never the connection string.</summary>
    public static string Describe(string part, string connection)
    {
        var settings = Parse(connection);
        return $"{part} \"{settings.Database ?? settings.Username}\" at {settings.Host}:{settings.Port}";
    }

    static NpgsqlConnectionStringBuilder Parse(string connection)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connection);
            if (!string.IsNullOrEmpty(settings.Host)) return settings;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            // Its message may repeat a part of the string, the password even.
        }

        throw Errors.PostgresProblem.Of("connection-invalid", "A connection string is not valid: it needs the form Host=...;Database=...;Username=...");
    }

    static void Run(NpgsqlConnection connection, string statements)
    {
        using var command = new NpgsqlCommand(statements, connection);
        command.ExecuteNonQuery();
    }

    static async Task RunAsync(NpgsqlConnection connection, string statements)
    {
        await using var command = new NpgsqlCommand(statements, connection);
        await command.ExecuteNonQueryAsync();
    }
}
