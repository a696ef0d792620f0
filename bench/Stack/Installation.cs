using Headgate.Bench.Processes;
using Headgate.PrivateServers;
using Npgsql;

namespace Headgate.Bench.Stack;

/// <summary>
/// Fresh servers as `./headgate up` starts them, four databases of one PostgreSQL, and Headgate's services as processes. All of it ends
/// with the benchmark, however that ends.
/// </summary>
sealed class Installation : IAsyncDisposable
{
    static readonly (string Folder, string Assembly)[] Services =
    [
        ("job-coordinator", "Headgate.JobCoordinator"), ("ingest-worker", "Headgate.IngestWorker"),
        ("scheduler", "Headgate.Scheduler"), ("notifier", "Headgate.Notifier"),
    ];

    readonly Stack<IAsyncDisposable> _owned = new();
    readonly string _directory;
    List<ServiceProcess> _services = [];

    Installation(string directory) => _directory = directory;

    public PrivatePostgres Postgres { get; private set; } = null!;

    public PrivateRabbitMq RabbitMq { get; private set; } = null!;

    public Database State { get; private set; } = null!;

    public Database Source { get; private set; } = null!;

    /// <summary>Where Headgate writes.</summary>
    public Database Destination { get; private set; } = null!;

    /// <summary>Where its peers write.</summary>
    public Database Peer { get; private set; } = null!;

    public JobCommands Commands { get; private set; } = null!;

    public IReadOnlyList<ServiceProcess> Processes => _services;

    public string Staging => Path.Combine(_directory, "staging");

    public string Scratch => _directory;

    /// <summary>What libpq's programs need to reach the server.</summary>
    public IReadOnlyDictionary<string, string> ClientEnvironment { get; private set; } = null!;

    public IReadOnlyDictionary<string, string> ServiceEnvironment { get; private set; } = null!;

    public static async Task<Installation> StartAsync(string directory, CancellationToken cancellationToken)
    {
        var installation = new Installation(directory);
        try
        {
            await installation.StartServersAsync(cancellationToken);
            installation.Describe();
            await installation.StartServicesAsync(cancellationToken);
            installation._owned.Push(installation.Commands = await JobCommands.StartAsync(installation.RabbitMq.AmqpUri, cancellationToken));
            return installation;
        }
        catch
        {
            await installation.DisposeAsync();
            throw;
        }
    }

    /// <summary>New processes, with nothing in their memory.</summary>
    public async Task RestartServicesAsync(CancellationToken cancellationToken)
    {
        await StopServicesAsync();
        await StartServicesAsync(cancellationToken);
    }

    /// <summary>Everything written before is on disk, so that nobody pays for it who did not write it.</summary>
    public Task SettleAsync(CancellationToken cancellationToken) => State.ExecuteAsync("checkpoint", cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await StopServicesAsync();
        while (_owned.TryPop(out var owned)) await owned.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>As `up` has them; no pause of 5 s when one subscription follows another, and commits tell when they were made.</summary>
    static Dictionary<string, string> Settings() => new(ServersCommand.PostgresSettings, StringComparer.Ordinal)
    {
        ["wal_retrieve_retry_interval"] = "100ms",
        ["track_commit_timestamp"] = "on",
    };

    async Task StartServersAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Staging);
        var postgres = PrivatePostgres.StartAsync(
            new PrivateServerOptions { Directory = Path.Combine(_directory, "postgres"), Temporary = true, Settings = Settings() },
            cancellationToken);
        var rabbitMq = PrivateRabbitMq.StartAsync(
            new PrivateRabbitMqOptions { Directory = Path.Combine(_directory, "rabbitmq"), Temporary = true }, cancellationToken);
        try
        {
            await Task.WhenAll(postgres, rabbitMq);
        }
        finally
        {
            // One may run although the other did not start.
            if (rabbitMq.IsCompletedSuccessfully) _owned.Push(RabbitMq = await rabbitMq);
            if (postgres.IsCompletedSuccessfully) _owned.Push(Postgres = await postgres);
        }

        State = await CreateAsync("headgate");
        Source = await CreateAsync("source");
        Destination = await CreateAsync("destination");
        Peer = await CreateAsync("peer");

        async Task<Database> CreateAsync(string name)
        {
            var database = await Database.CreateAsync(Postgres.ConnectionString, name, cancellationToken);
            _owned.Push(database);
            return database;
        }
    }

    void Describe()
    {
        var login = new NpgsqlConnectionStringBuilder(Postgres.ConnectionString);
        ClientEnvironment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PGHOST"] = Postgres.Host,
            ["PGPORT"] = $"{Postgres.Port}",
            ["PGUSER"] = login.Username!,
            ["PGPASSWORD"] = login.Password!,
            ["SOURCE"] = Source.Name,
            ["PEER"] = Peer.Name,
        };
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HEADGATE_STATE"] = State.ConnectionString,
            ["HEADGATE_AMQP"] = RabbitMq.AmqpUri.ToString(),
            ["HEADGATE_STAGING"] = Staging,
            ["BENCH_SOURCE"] = Source.ConnectionString,
            ["BENCH_DESTINATION"] = Destination.ConnectionString,
        };
        // Processes of ours begin with an empty environment.
        foreach (var name in (string[])["HOME", "DOTNET_ROOT"])
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value) environment[name] = value;
        }

        ServiceEnvironment = environment;
    }

    async Task StartServicesAsync(CancellationToken cancellationToken)
    {
        foreach (var (folder, assembly) in Services)
        {
            _services.Add(await ServiceProcess.StartAsync(
                folder, Repository.AssemblyOf(folder, assembly), _directory, ServiceEnvironment, cancellationToken));
        }
    }

    async Task StopServicesAsync()
    {
        var services = _services;
        _services = [];
        await Task.WhenAll(services.Select(service => service.DisposeAsync().AsTask()));
    }
}
