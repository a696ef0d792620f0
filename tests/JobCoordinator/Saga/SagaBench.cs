using Headgate.Connectors.Destinations;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.Hosting.Bus;
using Headgate.Hosting.Configuration;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Fencing;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Runs;
using Headgate.JobCoordinator.Starts;
using Headgate.JobCoordinator.Tests.Doubts;
using Headgate.JobCoordinator.Upkeep;
using Headgate.Tests.Servers;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>
/// The saga on its real repository and a real database, on the in-memory transport, with nobody at the other end of its lanes. The
/// coordinator's consumers stand on lanes of their own: a test sends to them what it wants them to do.
/// </summary>
public sealed class SagaBench : IAsyncLifetime
{
    public const int MaxRunningJobs = 5;
    public const string Fences = "bench.fences";
    public const string Upkeep = "bench.upkeep";
    public const string Starts = "bench.starts";

    TestDatabase _database = null!;
    IHost _host = null!;

    public IBus Bus => _host.Services.GetRequiredService<IBus>();

    public PipelineStore Pipelines => _host.Services.GetRequiredService<PipelineStore>();

    public CoordinatorOptions Options => _host.Services.GetRequiredService<IOptions<CoordinatorOptions>>().Value;

    public BusRecord Record { get; } = new();

    public string ConnectionString => _database.ConnectionString;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync("saga");
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddJobCoordinator(new ServiceSettings { State = _database.ConnectionString, Staging = "" });
        builder.Services.AddSingleton<IDestinationConnector>(new DoubtfulConnector());
        builder.Services.Configure<CoordinatorOptions>(options =>
        {
            options.MaxRunningJobs = MaxRunningJobs;
            options.ReconcileEvery = TimeSpan.FromMilliseconds(20);
            options.FencePatience = TimeSpan.FromMilliseconds(200);
        });
        builder.AddHeadgateBus(amqp: null, bus =>
        {
            bus.AddJobSaga();
            bus.AddConsumer<MoveFenceConsumer>();
            bus.AddConsumer<VerifyJobConsumer>();
            bus.AddConsumer<GrantTurnConsumer>();
            bus.AddConsumer<JobTakenConsumer>();
            bus.AddConsumer<StartJobConsumer>();
            bus.AddConsumer<StartRepairConsumer>();
            bus.AddConsumer<MissedRunsConsumer>();
            bus.AddConsumer<AskRunsKnownConsumer>();
            bus.AddLane(Lane(Fences, (context, lane) => lane.ConfigureConsumer<MoveFenceConsumer>(context)));
            bus.AddLane(Lane(Starts, (context, lane) =>
            {
                lane.ConfigureConsumer<StartJobConsumer>(context);
                lane.ConfigureConsumer<StartRepairConsumer>(context);
                lane.ConfigureConsumer<MissedRunsConsumer>(context);
            }));
            bus.AddLane(Lane(Upkeep, (context, lane) =>
            {
                lane.ConfigureConsumer<VerifyJobConsumer>(context);
                lane.ConfigureConsumer<GrantTurnConsumer>(context);
                lane.ConfigureConsumer<JobTakenConsumer>(context);
                lane.ConfigureConsumer<AskRunsKnownConsumer>(context);
            }));
        });
        _host = builder.Build();
        await _host.StartAsync();
        // Tests number their jobs themselves; a restart takes a number of the sequence.
        await _database.ExecuteAsync("select setval('coordinator.job_no', 1000000)");
        Bus.ConnectSendObserver(Record);
        Bus.ConnectPublishObserver(Record);
        Bus.ConnectConsumeObserver(Record);
    }

    /// <summary>A job of a pipeline of its own, just accepted.</summary>
    /// <param name="maxFailures">Of the pipeline.</param>
    /// <param name="destination">What the destination's connection resolves to; null: it resolves to nothing.</param>
    /// <param name="tables">Objects, of levels 0, 1, and so on when they are planned.</param>
    /// <param name="maxRowsPerSecond">Of the pipeline.</param>
    /// <param name="maxRejects">Of the pipeline.</param>
    /// <param name="cancel">Of the pipeline; null: the defaults.</param>
    /// <param name="notify">Of the pipeline; null: nobody.</param>
    /// <param name="guards">Of the pipeline; null: the defaults.</param>
    public async Task<SagaJob> AcceptAsync(
        int maxFailures = 3, string? destination = null, int tables = 1, int maxRowsPerSecond = 0, int maxRejects = 1000, CancelDefinition? cancel = null,
        NotifyDefinition? notify = null, GuardsDefinition? guards = null)
    {
        var job = await ApplyAsync(maxFailures, destination, tables, maxRowsPerSecond, maxRejects, cancel, notify, guards);
        await job.AcceptAsync();
        return job;
    }

    /// <summary>A job of two tables, of which the second refers to the first, in the middle of loading.</summary>
    /// <param name="segments">Of each table.</param>
    public async Task<SagaJob> LoadingTwoTablesAsync(int segments = 1)
    {
        var job = await (await AcceptAsync(tables: 2)).InAsync("Initializing");
        await job.PrepareAsync(segments, objects: 2);
        for (var segment = 0; segment < segments; segment++)
        {
            await job.ExtractAsync(segment);
            await job.ExtractAsync(segment, of: 1);
        }

        await job.OpenFenceAsync();
        await job.ShapeAsync();
        return job;
    }

    /// <summary>A pipeline of its own, and a job of it that was not accepted yet.</summary>
    public async Task<SagaJob> ApplyAsync(
        int maxFailures = 3, string? destination = null, int tables = 1, int maxRowsPerSecond = 0, int maxRejects = 1000, CancelDefinition? cancel = null,
        NotifyDefinition? notify = null, GuardsDefinition? guards = null, OnVanished onVanished = OnVanished.Keep)
    {
        var reference = $"NOWHERE_{Guid.NewGuid():N}";
        if (destination is not null) Environment.SetEnvironmentVariable(reference, destination);
        var definition = new PipelineDefinition
        {
            Project = "test",
            Name = $"p{Guid.NewGuid():N}",
            Source = new SystemReference { Connector = "postgres", Connection = "env:NOWHERE" },
            Destination = new SystemReference { Connector = "postgres", Connection = $"env:{reference}" },
            Objects = [.. Enumerable.Range(0, tables).Select(no => $"public.{(char)('a' + no)}").Select(table => new ObjectDefinition { From = table, To = $"{table}_{reference.ToLowerInvariant()}", Key = ["id"] })],
            Load = new LoadDefinition { Parallelism = 2, MaxRowsPerSecond = maxRowsPerSecond, MaxRejects = maxRejects },
            MaxFailures = maxFailures,
            Cancel = cancel ?? new CancelDefinition(),
            Notify = notify,
            Guards = guards ?? new GuardsDefinition(),
            OnVanished = onVanished,
        };
        var set = new[] { new PipelineToApply(definition, definition.Destination.Connection) };
        var applied = await Pipelines.ApplyAsync(set, "test", CancellationToken.None);
        return new SagaJob(this, applied.Single().PipelineId, definition);
    }

    /// <summary>Sends a message to the saga, or to another lane, and waits until it was handled and committed.</summary>
    public async Task HandleAsync<T>(T message, Guid? messageId = null, string lane = Lanes.JobCommands)
        where T : class
    {
        var id = messageId ?? NewId.NextGuid();
        var handled = Record.HandledAsync(id);
        var endpoint = await Bus.GetSendEndpoint(Lanes.Address(lane));
        await endpoint.Send(message, context => context.MessageId = id);
        await handled;
    }

    public Task<CommandAnswered> AskAsync<T>(T command, Guid? messageId = null)
        where T : class => AskAsync<T, CommandAnswered>(command, Lanes.JobCommands, messageId);

    public async Task<TAnswer> AskAsync<T, TAnswer>(T command, string lane, Guid? messageId = null)
        where T : class
        where TAnswer : class
    {
        var client = Bus.CreateRequestClient<T>(Lanes.Address(lane), TimeSpan.FromSeconds(20));
        var answer = await client.GetResponse<TAnswer>(command, request => request.UseExecute(context => context.MessageId = messageId ?? context.MessageId));
        return answer.Message;
    }

    /// <summary>Runs one of the services that work on their own clock until it is disposed.</summary>
    /// <param name="instead">What it uses instead of the coordinator's own.</param>
    public async Task<IAsyncDisposable> RunAsync<T>(params object[] instead)
        where T : BackgroundService
    {
        var running = new Running(ActivatorUtilities.CreateInstance<T>(_host.Services, instead));
        await running.StartAsync();
        return running;
    }

    public async Task<TResult> ReadAsync<TResult>(Func<CoordinatorDbContext, Task<TResult>> read)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        return await read(scope.ServiceProvider.GetRequiredService<CoordinatorDbContext>());
    }

    public Task<List<T>> ListAsync<T>(FormattableString sql) => ReadAsync(db => db.Database.SqlQuery<T>(sql).ToListAsync());

    /// <summary>A session in a transaction that has begun with this statement; it ends when the session is disposed.</summary>
    public async Task<NpgsqlConnection> LockAsync(string sql)
    {
        var session = await _database.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"begin; {sql}", session);
        await command.ExecuteNonQueryAsync();
        return session;
    }

    /// <summary>Until so many sessions wait for a lock.</summary>
    public Task WaitingForLocksAsync(int sessions) => EventuallyAsync(async () => (await ListAsync<long>(
        $"""select count(*) as "Value" from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()""")).Single() >= sessions);

    /// <summary>Until something holds in the database: nobody tells of it, so it is looked for.</summary>
    public async Task EventuallyAsync(Func<Task<bool>> isTrue)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await isTrue())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(20), "It did not come to hold within 20 s.");
            await Task.Delay(10);
        }
    }

    public Task<int> ExecuteAsync(FormattableString sql) => ReadAsync(db => db.Database.ExecuteSqlAsync(sql));

    public async Task DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await _database.DisposeAsync();
    }

    static Lane Lane(string name, Action<IBusRegistrationContext, IReceiveEndpointConfigurator> configure) =>
        new() { Name = name, Concurrency = 8, Configure = configure };

    sealed class Running(BackgroundService service) : IAsyncDisposable
    {
        public Task StartAsync() => service.StartAsync(CancellationToken.None);

        public async ValueTask DisposeAsync()
        {
            await service.StopAsync(CancellationToken.None);
            service.Dispose();
        }
    }
}
