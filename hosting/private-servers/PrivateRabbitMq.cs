using System.Security.Cryptography;
using Headgate.PrivateServers.Containers;
using Headgate.PrivateServers.Processes;
using Headgate.PrivateServers.RabbitMq;

namespace Headgate.PrivateServers;

/// <summary>A RabbitMQ node of our own with its management page, on free loopback ports, beside whatever else runs here.</summary>
public sealed class PrivateRabbitMq : IAsyncDisposable
{
    private const string Administrator = "headgate_admin";
    private const int ContainerPort = 5672;
    private const int Attempts = 3;

    private readonly PrivateRabbitMqOptions _options;
    private ServerState _state;
    private ProcessIdentity? _janitor;
    private RabbitMqManagement? _management;

    private PrivateRabbitMq(PrivateRabbitMqOptions options, ServerState state)
    {
        _options = options;
        _state = state;
    }

    public string Host => "127.0.0.1";

    public int Port => _state.Port;

    public string User => _state.User;

    public string Password => _state.Password;

    /// <summary>The administrator's address of the virtual host <c>/</c>, credentials included.</summary>
    public Uri AmqpUri => AmqpUriFor(User, Password);

    /// <summary>The management page and API; <see cref="User"/> and <see cref="Password"/> log in.</summary>
    public Uri ManagementUri => new($"http://{Host}:{_state.ManagementPort}/");

    public RabbitMqManagement Management => _management ??= new RabbitMqManagement(ManagementUri, User, Password);

    public string LogFile => Path.Combine(_state.Home, "server.log");

    /// <summary>The Erlang machine, or the Docker client that holds its container.</summary>
    public int ServerProcessId => _state.Server?.Pid ?? throw new InvalidOperationException("This RabbitMQ was stopped.");

    public bool IsRunning => _state.IsRunning();

    public Uri AmqpUriFor(string user, string password) => new($"amqp://{user}:{password}@{Host}:{Port}");

    /// <summary>Starts a node and returns when it takes connections. A detached one that already runs there is returned as it is.</summary>
    /// <exception cref="MissingServerException">Neither programs nor a container are to be had.</exception>
    /// <exception cref="ServerStartException">It ended while starting or did not answer in time.</exception>
    public static async Task<PrivateRabbitMq> StartAsync(PrivateRabbitMqOptions options, CancellationToken cancellationToken = default)
    {
        options = options with { Directory = Path.GetFullPath(options.Directory) };
        var known = ServerState.TryRead(options.Directory);
        if (known is not null && known.IsRunning())
        {
            return options.Detached
                ? new PrivateRabbitMq(options, known)
                : throw new ServerStartException($"A RabbitMQ already runs in {options.Directory} (process {known.Server!.Pid}).");
        }

        var programs = await FindProgramsAsync(options, cancellationToken);
        var home = await ServerHome.PrepareAsync(options.Directory, programs.Account, cancellationToken);
        var state = (known ?? NewState(home)) with { Home = home, Settings = options.Settings, Server = null, Companions = [] };
        state.Write(options.Directory);

        var rabbitMq = new PrivateRabbitMq(options, state);
        if (options.Temporary)
            rabbitMq._janitor = await Janitor.StartAsync(home, options.Directory);
        await rabbitMq.LaunchAsync(programs, cancellationToken);
        return rabbitMq;
    }

    /// <summary>The node that runs in <paramref name="directory"/>, whoever started it; null if none does.</summary>
    public static PrivateRabbitMq? Find(string directory)
    {
        directory = Path.GetFullPath(directory);
        return ServerState.TryRead(directory) is { } state && state.IsRunning()
            ? new PrivateRabbitMq(new PrivateRabbitMqOptions { Directory = directory, Detached = true, Settings = state.Settings }, state)
            : null;
    }

    /// <summary>Ends it cleanly: durable queues and persistent messages are kept. No process of it is left.</summary>
    public async Task StopAsync()
    {
        await EndAsync(run => _options.Temporary ? run.KillAsync() : run.StopAsync());
        if (!_options.Temporary)
            return;
        if (_janitor is not null)
            Posix.SignalGroup(_janitor, Posix.Kill);
        Directory.Delete(_state.Home, recursive: true);
        if (Directory.Exists(_options.Directory))
            Directory.Delete(_options.Directory, recursive: true);
    }

    /// <summary>Ends it at once as a crash would.</summary>
    public Task KillAsync() => EndAsync(run => run.KillAsync());

    /// <summary>Stops it if it runs, and starts it again with the same ports and data.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await EndAsync(run => run.StopAsync());
        await LaunchAsync(await FindProgramsAsync(_options, cancellationToken), cancellationToken, samePorts: true);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_options.Detached)
            await StopAsync();
        _management?.Dispose();
    }

    private async Task LaunchAsync(IRabbitMqPrograms programs, CancellationToken cancellationToken, bool samePorts = false)
    {
        for (var attempt = 1; ; attempt++)
        {
            var ownChoice = !samePorts && (_options.Port is null || _options.ManagementPort is null);
            _state = samePorts ? _state : _state with
            {
                Port = _options.Port ?? FreePort.Or(attempt == 1 ? _state.Port : 0),
                ManagementPort = _options.ManagementPort ?? FreePort.Or(attempt == 1 ? _state.ManagementPort : 0),
            };
            var processes = await programs.StartAsync(Node(), _options.Detached);
            _state = _state with { Server = processes.Server, Companions = processes.Companions, Container = processes.Container };
            _state.Write(_options.Directory);
            using var probe = new RabbitMqManagement(ManagementUri, User, Password);
            var listener = processes.Container is null ? Port : ContainerPort;
            try
            {
                await Readiness.WaitAsync(
                    "RabbitMQ", Run(processes.Server), LogFile, _options.StartTimeout, token => probe.ListensAsync(listener, token), cancellationToken);
                return;
            }
            catch (ServerStartException error) when (attempt < Attempts && ownChoice && Readiness.IsPortClash(error))
            {
                // Other ports, then.
            }
        }
    }

    private RabbitMqNode Node() => new()
    {
        Home = _state.Home,
        Name = _state.Node,
        Port = _state.Port,
        ManagementPort = _state.ManagementPort,
        AdminUser = _state.User,
        AdminPassword = _state.Password,
        Users = _options.Users,
        Settings = _options.Settings,
        TotalsEvery = _options.TotalsEvery,
    };

    private async Task EndAsync(Func<ServerRun, Task> end)
    {
        if (_state.Server is not { } server)
            return;
        await end(Run(server));
        _state = _state with { Server = null, Companions = [], Container = null };
        _state.Write(_options.Directory);
    }

    private ServerRun Run(ProcessIdentity server) => new(server, _state.Companions, _state.Container, Posix.Terminate, Posix.Kill);

    private static ServerState NewState(string home) => new()
    {
        User = Administrator,
        Password = SecretFile.NewPassword(),
        Node = $"headgate-{RandomNumberGenerator.GetHexString(8, lowercase: true)}",
        Home = home,
    };

    private static async Task<IRabbitMqPrograms> FindProgramsAsync(PrivateServerOptions options, CancellationToken cancellationToken)
    {
        if (LocalRabbitMq.Find(options.BinaryDirectories) is { } local)
            return local;
        if (options.AllowContainers && await DockerEngine.HasAsync(ContainerRabbitMq.Image, cancellationToken))
            return new ContainerRabbitMq();
        throw new MissingServerException(
            "RabbitMQ is not on this machine. Install it (apt-get install rabbitmq-server), "
            + $"or start a Docker engine that has the image {ContainerRabbitMq.Image}, "
            + "or name a server in HEADGATE_TEST_AMQP (amqp://user:password@host:port; tests only).");
    }
}
