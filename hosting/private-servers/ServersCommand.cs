using Headgate.PrivateServers.Processes;
using Headgate.PrivateServers.Stack;

namespace Headgate.PrivateServers;

/// <summary>
/// PostgreSQL and RabbitMQ for a development installation: both detached, one database <c>headgate</c>, and for each
/// service its own schema, role and RabbitMQ user. How to reach them is written to <c>servers.env</c> (mode 0600), and the addresses for
/// programs that publish upstream events, or read the events of jobs, to <c>publisher.amqp</c> and <c>subscriber.amqp</c>.
/// </summary>
public static class ServersCommand
{
    public const string EnvironmentFile = "servers.env";

    /// <summary>PostgreSQL's settings where they are not its own defaults.</summary>
    public static IReadOnlyDictionary<string, string> PostgresSettings { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["max_connections"] = "200",
        ["max_prepared_transactions"] = "20",
        ["wal_level"] = "logical",
    };

    /// <summary>Starts what does not run yet. Calling it again changes nothing but rewrites <c>servers.env</c>.</summary>
    /// <returns>The path of <c>servers.env</c>: lines <c>KEY='value'</c> for a shell to read.</returns>
    /// <exception cref="MissingServerException">A server is not to be had. The message says how to get it.</exception>
    public static async Task<string> StartAsync(string directory, CancellationToken cancellationToken = default)
    {
        directory = Path.GetFullPath(directory);
        Directory.CreateDirectory(directory);
        var logins = ServiceLogins.ReadOrCreate(directory);
        var events = EventLogins.ReadOrCreate(directory);
        var startPostgres = PrivatePostgres.StartAsync(
            new PrivateServerOptions
            {
                Directory = PostgresIn(directory),
                Detached = true,
                Settings = PostgresSettings,
            },
            cancellationToken);
        var startRabbitMq = PrivateRabbitMq.StartAsync(
            new PrivateRabbitMqOptions
            {
                Directory = RabbitMqIn(directory),
                Detached = true,
                Users = [.. logins.Select(login => login.ToRabbitMqUser()), .. events.Users],
            },
            cancellationToken);
        await Task.WhenAll(startPostgres, startRabbitMq);

        await using var postgres = await startPostgres;
        await using var rabbitMq = await startRabbitMq;
        await ServiceDatabase.PrepareAsync(postgres.ConnectionString, logins, cancellationToken);
        var path = Path.Combine(directory, EnvironmentFile);
        SecretFile.Write(path, ServersEnvironment.For(postgres, rabbitMq, logins));
        events.WriteAddresses(directory, rabbitMq);
        return path;
    }

    /// <summary>Stops both cleanly if they run. Their data is kept for the next start.</summary>
    /// <returns>Which ones were running.</returns>
    public static async Task<IReadOnlyList<string>> StopAsync(string directory)
    {
        var stopped = new List<string>();
        if (PrivateRabbitMq.Find(RabbitMqIn(directory)) is { } rabbitMq)
        {
            await rabbitMq.StopAsync();
            stopped.Add("RabbitMQ");
        }

        if (PrivatePostgres.Find(PostgresIn(directory)) is { } postgres)
        {
            await postgres.StopAsync();
            stopped.Add("PostgreSQL");
        }

        return stopped;
    }

    private static string PostgresIn(string directory) => Path.Combine(directory, "postgres");

    private static string RabbitMqIn(string directory) => Path.Combine(directory, "rabbitmq");
}
