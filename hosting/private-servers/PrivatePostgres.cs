using Headgate.PrivateServers.Containers;
using Headgate.PrivateServers.Postgres;
using Headgate.PrivateServers.Processes;
using Npgsql;

namespace Headgate.PrivateServers;

/// <summary>A PostgreSQL of our own on a free loopback port, beside whatever else runs on this machine.</summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private const string SuperUser = "headgate_admin";
    private const int Attempts = 3;

    private readonly PrivateServerOptions _options;
    private ServerState _state;
    private ProcessIdentity? _janitor;

    private PrivatePostgres(PrivateServerOptions options, ServerState state)
    {
        _options = options;
        _state = state;
    }

    public string Host => "127.0.0.1";

    public int Port => _state.Port;

    /// <summary>Npgsql connection string of the superuser, database <c>postgres</c>.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder
    {
        Host = Host,
        Port = Port,
        Username = _state.User,
        Password = _state.Password,
        Database = "postgres",
    }.ConnectionString;

    public string DataDirectory => DataIn(_state.Home);

    public string LogFile => Path.Combine(_state.Home, "server.log");

    /// <summary>The postmaster, or the Docker client that holds its container.</summary>
    public int ServerProcessId => _state.Server?.Pid ?? throw new InvalidOperationException("This PostgreSQL was stopped.");

    public bool IsRunning => _state.IsRunning();

    /// <summary>Starts a server and returns when it answers. A detached one that already runs there is returned as it is.</summary>
    /// <exception cref="MissingServerException">Neither programs nor a container are to be had.</exception>
    /// <exception cref="ServerStartException">It ended while starting or did not answer in time.</exception>
    public static async Task<PrivatePostgres> StartAsync(PrivateServerOptions options, CancellationToken cancellationToken = default)
    {
        options = options with { Directory = Path.GetFullPath(options.Directory) };
        var known = ServerState.TryRead(options.Directory);
        if (known is not null && known.IsRunning())
        {
            return options.Detached
                ? new PrivatePostgres(options, known)
                : throw new ServerStartException($"A PostgreSQL already runs in {options.Directory} (process {known.Server!.Pid}).");
        }

        var programs = await FindProgramsAsync(options, cancellationToken);
        var home = await ServerHome.PrepareAsync(options.Directory, programs.Account, cancellationToken);
        var settings = WithDefaults(options.Settings);
        var state = (known ?? new ServerState { User = SuperUser, Password = SecretFile.NewPassword(), Home = home }) with
        {
            Home = home,
            Settings = options.Settings,
            Server = null,
        };
        state.Write(options.Directory);

        var postgres = new PrivatePostgres(options, state);
        if (options.Temporary)
            postgres._janitor = await Janitor.StartAsync(home, options.Directory);
        await programs.InitializeAsync(
            home, DataIn(home), new PostgresLogin(state.User, state.Password), settings["fsync"] != "off", cancellationToken);
        await postgres.LaunchAsync(programs, settings, cancellationToken);
        return postgres;
    }

    /// <summary>The server that runs in <paramref name="directory"/>, whoever started it; null if none does.</summary>
    public static PrivatePostgres? Find(string directory)
    {
        directory = Path.GetFullPath(directory);
        return ServerState.TryRead(directory) is { } state && state.IsRunning()
            ? new PrivatePostgres(new PrivateServerOptions { Directory = directory, Detached = true, Settings = state.Settings }, state)
            : null;
    }

    /// <summary>Ends it: open connections are cut, committed data is on disk. No process of it is left.</summary>
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

    /// <summary>Ends it at once as a crash would: the next start recovers from the write-ahead log.</summary>
    public Task KillAsync() => EndAsync(run => run.KillAsync());

    /// <summary>Stops it if it runs, and starts it again with the same port and data.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await EndAsync(run => run.StopAsync());
        var programs = await FindProgramsAsync(_options, cancellationToken);
        await LaunchAsync(programs, WithDefaults(_options.Settings), cancellationToken, _state.Port);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_options.Detached)
            await StopAsync();
    }

    private async Task LaunchAsync(
        IPostgresPrograms programs, Dictionary<string, string> settings, CancellationToken cancellationToken, int? samePort = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = samePort ?? _options.Port ?? FreePort.Or(attempt == 1 ? _state.Port : 0);
            var (server, container) = await programs.StartAsync(_state.Home, DataDirectory, port, settings, _options.Detached);
            _state = _state with { Server = server, Container = container, Port = port };
            _state.Write(_options.Directory);
            try
            {
                await Readiness.WaitAsync("PostgreSQL", Run(server), LogFile, _options.StartTimeout, AnswersAsync, cancellationToken);
                return;
            }
            catch (ServerStartException error) when (attempt < Attempts && samePort is null && _options.Port is null && Readiness.IsPortClash(error))
            {
                // Another port, then.
            }
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        var text = new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false, Timeout = 5 }.ConnectionString;
        await using var connection = new NpgsqlConnection(text);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return true;
        }
        catch (PostgresException error) when (error.SqlState != PostgresErrorCodes.CannotConnectNow)
        {
            throw new ServerStartException($"PostgreSQL on port {Port} refuses its superuser: {error.MessageText}.", error);
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task EndAsync(Func<ServerRun, Task> end)
    {
        if (_state.Server is not { } server)
            return;
        await end(Run(server));
        _state = _state with { Server = null, Container = null };
        _state.Write(_options.Directory);
    }

    private ServerRun Run(ProcessIdentity server) => new(server, [], _state.Container, Posix.Interrupt, Posix.Quit);

    private static string DataIn(string home) => Path.Combine(home, "data");

    private static Dictionary<string, string> WithDefaults(IReadOnlyDictionary<string, string> settings)
    {
        var all = new Dictionary<string, string>(settings, StringComparer.Ordinal);
        all.TryAdd("fsync", "on");
        // Who gives up durability on a power loss wants this speed as well. Commits still survive a killed server.
        if (all["fsync"] == "off")
            all.TryAdd("full_page_writes", "off");

        return all;
    }

    private static async Task<IPostgresPrograms> FindProgramsAsync(PrivateServerOptions options, CancellationToken cancellationToken)
    {
        if (LocalPostgres.Find(options.BinaryDirectories) is { } local)
            return local;
        if (options.AllowContainers && await DockerEngine.HasAsync(ContainerPostgres.Image, cancellationToken))
            return new ContainerPostgres();
        throw new MissingServerException(
            "PostgreSQL is not on this machine. Install it (apt-get install postgresql), "
            + $"or start a Docker engine that has the image {ContainerPostgres.Image}, "
            + "or name a server in HEADGATE_TEST_PG (an Npgsql connection string of a superuser; tests only).");
    }
}
