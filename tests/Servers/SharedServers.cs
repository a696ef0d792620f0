using System.Net.Sockets;
using System.Security.Cryptography;
using Headgate.PrivateServers;
using Npgsql;

namespace Headgate.Tests.Servers;

/// <summary>
/// One PostgreSQL and one RabbitMQ for all tests of a process, each started when first asked for. They and their data
/// are gone when the process is, however it ends. <c>HEADGATE_TEST_PG</c> (Npgsql connection string of a superuser) and
/// <c>HEADGATE_TEST_AMQP</c> (with <c>HEADGATE_TEST_AMQP_MANAGEMENT</c>, default port 15672 of the same host) name others.
/// </summary>
public static class SharedServers
{
    private const int ManagementPort = 15672;

    /// <summary>How old the totals of a queue are at most that a broker of ours tells: whoever waits for an empty lane waits longer than that.</summary>
    public static readonly TimeSpan TotalsEvery = TimeSpan.FromMilliseconds(250);

    private static readonly Lazy<Task<PostgresServer>> Postgres = new(() => Task.Run(StartPostgresAsync));
    private static readonly Lazy<Task<RabbitMqServer>> RabbitMq = new(() => Task.Run(StartRabbitMqAsync));

    /// <exception cref="MissingServerException">There is none and none can be started. The message says how to get one.</exception>
    public static Task<PostgresServer> PostgresAsync() => Postgres.Value;

    /// <exception cref="MissingServerException">There is none and none can be started. The message says how to get one.</exception>
    public static Task<RabbitMqServer> RabbitMqAsync() => RabbitMq.Value;

    private static async Task<PostgresServer> StartPostgresAsync()
    {
        if (Named("HEADGATE_TEST_PG") is { } named)
            return await ReachAsync(named);
        return await NewPostgresAsync();
    }

    /// <summary>One more, for a test that stops or kills it.</summary>
    public static async Task<PostgresServer> NewPostgresAsync()
    {
        var server = await PrivatePostgres.StartAsync(new PrivateServerOptions
        {
            Directory = TemporaryDirectory("postgres"),
            Temporary = true,
            Settings = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["fsync"] = "off",
                ["max_connections"] = "300",
                // All of it is searched whenever a database is dropped.
                ["shared_buffers"] = "32MB",
                ["max_prepared_transactions"] = "20",
                ["wal_level"] = "logical",
                // When a transaction committed, by the server's own clock: for judging what was written after a stop.
                ["track_commit_timestamp"] = "on",
            },
        });
        return new PostgresServer(server.ConnectionString, server);
    }

    private static async Task<RabbitMqServer> StartRabbitMqAsync()
    {
        if (Named("HEADGATE_TEST_AMQP") is { } named)
            return await ReachAsync(new Uri(named));
        return await NewRabbitMqAsync();
    }

    /// <summary>One more, for a test that stops or kills it.</summary>
    internal static async Task<RabbitMqServer> NewRabbitMqAsync()
    {
        var server = await PrivateRabbitMq.StartAsync(new PrivateRabbitMqOptions
        {
            Directory = TemporaryDirectory("rabbitmq"),
            Temporary = true,
            TotalsEvery = TotalsEvery,
        });
        return new RabbitMqServer(server.AmqpUri, server.Management, server);
    }

    private static async Task<PostgresServer> ReachAsync(string connectionString)
    {
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync();
            return new PostgresServer(connectionString, Private: null);
        }
        catch (NpgsqlException error)
        {
            throw new MissingServerException($"The PostgreSQL that HEADGATE_TEST_PG names cannot be used: {error.Message}");
        }
    }

    private static async Task<RabbitMqServer> ReachAsync(Uri amqp)
    {
        var login = amqp.UserInfo.Split(':', 2);
        var (user, password) = login.Length == 2 ? (Uri.UnescapeDataString(login[0]), Uri.UnescapeDataString(login[1])) : ("guest", "guest");
        var address = new Uri(Named("HEADGATE_TEST_AMQP_MANAGEMENT") ?? $"http://{amqp.Host}:{ManagementPort}/");
        var management = new RabbitMqManagement(address, user, password);
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(amqp.Host, amqp.IsDefaultPort || amqp.Port < 0 ? 5672 : amqp.Port);
            await management.QueuesAsync();
            return new RabbitMqServer(amqp, management, Private: null);
        }
        catch (Exception error) when (error is SocketException or HttpRequestException)
        {
            throw new MissingServerException(
                $"The RabbitMQ that HEADGATE_TEST_AMQP names cannot be used ({amqp.Host}:{amqp.Port}, management API at {address}): {error.Message}");
        }
    }

    private static string? Named(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;

    private static string TemporaryDirectory(string server)
        => Path.Combine(Path.GetTempPath(), $"headgate-{server}-{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}");
}
