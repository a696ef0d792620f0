using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using Headgate.Hosting.Bus;
using Headgate.PrivateServers;
using Headgate.Tests.Servers;
using Headgate.V1;
using Npgsql;
using CommandOutcome = Headgate.Contracts.Jobs.CommandOutcome;
using RunOutcome = Headgate.Contracts.Runs.RunOutcome;

namespace Headgate.Tests.Installations;

/// <summary>A whole Headgate: its own virtual host, databases and staging, and its services as processes.</summary>
public sealed class Installation : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    readonly List<ServiceProcess> _services = [];
    VirtualHost _broker = null!;
    OperatorBus? _operator;
    Task<string>? _key;

    public TestDatabase State { get; private set; } = null!;

    public TestDatabase Source { get; private set; } = null!;

    public TestDatabase Destination { get; private set; } = null!;

    public string Staging { get; } = Directory.CreateTempSubdirectory("headgate-staging-").FullName;

    public VirtualHost Broker => _broker;

    string Orders => Path.Combine(Staging, "halt-at");

    public ServiceProcess Scheduler { get; private set; } = null!;

    public ServiceProcess Coordinator { get; private set; } = null!;

    public ServiceProcess Worker { get; private set; } = null!;

    /// <summary>Of an installation that <see cref="StartNotifierAsync"/> was called for.</summary>
    public ServiceProcess Notifier { get; private set; } = null!;

    /// <summary>What all services have written to standard output and error.</summary>
    public string Output => string.Join('\n', _services.Select(service => service.Output));

    /// <summary>Overrides of what references resolve to, for services started afterwards.</summary>
    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    /// <param name="configure">Changes the services' environment.</param>
    /// <param name="servers">Servers of its own, which may be stopped; null: those that all tests share.</param>
    /// <param name="canHalt">Whether its services obey <see cref="HaltAt"/>.</param>
    public static async Task<Installation> StartAsync(
        Action<Dictionary<string, string>>? configure = null, OwnServers? servers = null, bool canHalt = false)
    {
        var installation = new Installation
        {
            _broker = await VirtualHost.CreateAsync("headgate", servers?.Broker),
            State = await TestDatabase.CreateAsync("state", servers?.State.ConnectionString),
            Source = await TestDatabase.CreateAsync("source", servers?.Source.ConnectionString),
            Destination = await TestDatabase.CreateAsync("destination", servers?.Destination.ConnectionString),
        };
        installation.Describe();
        if (canHalt) installation.Environment["HEADGATE_HALT_AT"] = installation.Orders;
        configure?.Invoke(installation.Environment);
        await Task.WhenAll(installation.StartSchedulerAsync(), installation.StartCoordinatorAsync(), installation.StartWorkerAsync());
        return installation;
    }

    public async Task StartSchedulerAsync() => Scheduler = await StartAsync("scheduler", "Headgate.Scheduler");

    public async Task StartCoordinatorAsync() => Coordinator = await StartAsync("job-coordinator", "Headgate.JobCoordinator");

    /// <param name="at">Where it is; null: where all others are.</param>
    public async Task StartWorkerAsync(Outpost? at = null) => Worker = await StartAsync("ingest-worker", "Headgate.IngestWorker", at);

    /// <summary>Nobody is told of anything in most tests: a notifier is started by those that need one.</summary>
    public async Task StartNotifierAsync() => Notifier = await StartAsync("notifier", "Headgate.Notifier");

    /// <summary>Says at which fault point whoever comes to it is to halt from now on; null: at none.</summary>
    public void HaltAt(string? point)
    {
        // In one step, as others read it: there is never half an order, and none that is gone while it is read.
        var order = $"{Orders}.new";
        File.WriteAllText(order, point ?? "");
        File.Move(order, Orders, overwrite: true);
    }

    /// <summary>An API key for everything, made when it is asked for first.</summary>
    public Task<string> KeyAsync() => _key ??= OperatorKey.AddAsync(State);

    /// <summary>A new API key that may see one project and nothing else.</summary>
    public Task<string> KeyAsync(string project) => OperatorKey.AddAsync(State, project);

    /// <summary>Runs the command line to its end with a key.</summary>
    public Task<(int ExitCode, string Output)> CommandAsync(string key, string[] arguments) => CommandLine.RunAsync(Coordinator.Address, key, arguments);

    /// <summary>Runs the command line to its end, as ./headgate does.</summary>
    public async Task<(int ExitCode, string Output)> CommandAsync(params string[] arguments) =>
        await CommandLine.RunAsync(Coordinator.Address, await KeyAsync(), arguments);

    /// <summary>The command line's program, and how it is started on a terminal.</summary>
    public async Task<(string Program, Func<string, IEnumerable<string>, ProcessStartInfo> Start)> CommandAsync()
    {
        var (server, key) = (Coordinator.Address, await KeyAsync());
        return (CommandLine.Program, (file, arguments) => CommandLine.Start(server, key, file, arguments));
    }

    /// <summary>Applies a file and expects that it is taken over.</summary>
    public async Task ApplyAsync(string yaml) => await TryApplyAsync(yaml);

    /// <summary>Applies a file.</summary>
    /// <exception cref="RpcException">It is refused.</exception>
    public async Task<ApplyPipelineResponse> TryApplyAsync(string yaml)
    {
        using var channel = GrpcChannel.ForAddress(Coordinator.Address);
        var request = new ApplyPipelineRequest { Files = { new ApplyPipelineRequest.Types.File { File_ = new PipelineFile { Name = "test.yaml", Text = yaml } } } };
        var key = new Metadata { { "authorization", $"Bearer {await KeyAsync()}" } };
        return await new PipelineService.PipelineServiceClient(channel).ApplyPipelineAsync(request, key, TimeProvider.System.GetUtcNow().UtcDateTime + Patience);
    }

    /// <summary>Starts a run and returns its job.</summary>
    /// <param name="pipeline">test/NAME.</param>
    public async Task<Guid> RunAsync(string pipeline)
    {
        var answer = await (await OperatorAsync()).RunAsync(pipeline.Split('/')[^1], Patience);
        Assert.True(answer is { Outcome: RunOutcome.Started or RunOutcome.Resumed }, answer?.Sentence ?? "no answer");
        return answer!.JobId!.Value;
    }

    /// <summary>Commands a job by a message and expects that it is accepted.</summary>
    public async Task TellAsync<T>(T command)
        where T : class
    {
        var answer = await (await OperatorAsync()).CommandAsync(command, Patience);
        Assert.True(answer is { Outcome: CommandOutcome.Accepted }, answer?.Sentence ?? "no answer");
    }

    /// <summary>Waits until the job stands in a state, and returns its row's state and error.</summary>
    public async Task<string?> StateAsync(Guid job, params string[] states)
    {
        var state = "";
        await EventuallyAsync(
            async () =>
            {
                state = await State.ScalarAsync<string>($"select state from coordinator.sync_job where job_id = '{job}'");
                return states.Contains(state);
            },
            async () => $"the job is {state} and not {string.Join(" or ", states)}: {await RemarkAsync(job)}\n{Worker.Output}\n{Coordinator.Output}");
        return await State.ScalarAsync<string>($"select error from coordinator.sync_job where job_id = '{job}'");
    }

    public async Task CompleteAsync(Guid job)
    {
        var error = await StateAsync(job, "Completed", "Failed");
        Assert.True(error is null, $"the job failed: {error}");
    }

    /// <summary>Empties all lanes of what nobody has in hand.</summary>
    public async Task EmptyLanesAsync()
    {
        foreach (var lane in await LanesAsync()) await Broker.Management.PurgeAsync(lane.Name, Broker.Name);
    }

    /// <summary>Empties all lanes, until they stay so: what killed processes had in hand comes back when the broker notices, and goes too.</summary>
    public Task EmptyQueuesAsync() => EventuallyAsync(
        async () =>
        {
            await EmptyLanesAsync();
            return (await LanesAsync()).All(queue => queue.Messages == 0);
        },
        () => Task.FromResult("the queues do not stay empty"));

    // Answers to requests are in queues of their askers' own, which nobody else may empty; a worker's ear goes with the worker.
    async Task<IEnumerable<QueueInfo>> LanesAsync() => (await Broker.QueuesAsync()).Where(queue =>
        queue.Name.StartsWith("headgate.", StringComparison.Ordinal) && !queue.Name.StartsWith(Lanes.Stops(""), StringComparison.Ordinal));

    /// <summary>Waits until nothing is owed for the job any more and nothing of it is left in staging.</summary>
    public Task QuietAsync(Guid job) => EventuallyAsync(
        async () => await State.ScalarAsync<long>($"select count(*) from coordinator.obligation where {OpenOf(job)}") == 0
            && !Directory.Exists(StagingOf(job)),
        async () => $"left in staging: {string.Join(", ", Left(job))}; owed: "
            + await State.ScalarAsync<string>($"select string_agg(message, ', ') from coordinator.obligation where {OpenOf(job)}")
            + $"\n{Worker.Output}\n{Coordinator.Output}");

    // A release that nobody has answered is sent again.
    static string OpenOf(Guid job) =>
        $"job_id = '{job}' and (done_at is null or message = 'Headgate.Contracts.Jobs.ReleaseJob' and answered_at is null)";

    string StagingOf(Guid job) => Path.Combine(Staging, $"{job:N}");

    string[] Left(Guid job) => Directory.Exists(StagingOf(job)) ? Directory.GetFileSystemEntries(StagingOf(job), "*", SearchOption.AllDirectories) : [];

    /// <summary>Waits until so many backends of a worker wait for a lock at the destination: they are in a batch then.</summary>
    public Task WorkerBlockedAsync(int backends = 1) => EventuallyAsync(
        async () => await Destination.ScalarAsync<long>(
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database() and pid <> pg_backend_pid()") >= backends,
        () => Task.FromResult($"no batch is waiting\n{Worker.Output}\n{Coordinator.Output}"));

    /// <summary>A session that holds a lock on a destination table against every writer, until it is disposed.</summary>
    public async Task<NpgsqlConnection> BlockAsync(string table)
    {
        var connection = await Destination.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"begin; lock table {table} in share mode", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>After a server has restarted: connections that were open to it are of no use any more.</summary>
    public void ForgetConnections()
    {
        foreach (var database in (TestDatabase[])[State, Source, Destination]) database.DataSource.Clear();
    }

    /// <summary>Ends all services; databases and broker stay.</summary>
    public async Task EndServicesAsync()
    {
        foreach (var service in _services) await service.DisposeAsync();
        _services.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        if (_operator is not null) await _operator.DisposeAsync();
        await EndServicesAsync();
        await _broker.DisposeAsync();
        await State.DisposeAsync();
        await Source.DisposeAsync();
        await Destination.DisposeAsync();
        Directory.Delete(Staging, recursive: true);
    }

    async Task<ServiceProcess> StartAsync(string folder, string assembly, Outpost? at = null)
    {
        var service = await ServiceProcess.StartAsync(folder, assembly, Environment, at);
        lock (_services) _services.Add(service);
        return service;
    }

    async Task<OperatorBus> OperatorAsync() => _operator ??= await OperatorBus.ConnectAsync(_broker.AmqpUri);

    void Describe()
    {
        Environment["HEADGATE_STATE"] = State.ConnectionString;
        Environment["HEADGATE_AMQP"] = _broker.AmqpUri.ToString();
        Environment["HEADGATE_STAGING"] = Staging;
        Environment["TEST_SOURCE"] = Source.ConnectionString;
        Environment["TEST_DESTINATION"] = Destination.ConnectionString;
        Environment["HEADGATE_COORDINATOR__STALLAFTER"] = "00:00:03";
        Environment["HEADGATE_COORDINATOR__FENCEPATIENCE"] = "00:00:05";
        Environment["DOTNET_gcServer"] = "0";
        // They live for seconds: what is compiled a second time, to run faster, is not used any more when it is done.
        Environment["DOTNET_TC_CallCounting"] = "0";
        Environment["DOTNET_gcConcurrent"] = "0";
    }

    Task<string?> RemarkAsync(Guid job) => State.ScalarAsync<string>(
        $"select concat_ws(', ', phase, waiting_for, error) from coordinator.sync_job where job_id = '{job}'");

    public static async Task EventuallyAsync(Func<Task<bool>> isTrue, Func<Task<string>> otherwise)
    {
        // The state of another process can only be polled; what ends the wait is that state, not a time.
        var watch = Stopwatch.StartNew();
        while (!await isTrue())
        {
            if (watch.Elapsed > Patience) Assert.Fail(await otherwise());
            await Task.Delay(50);
        }
    }
}
