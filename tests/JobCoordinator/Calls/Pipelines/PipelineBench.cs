using System.Net;
using Grpc.Net.Client;
using Headgate.Connectors.Postgres;
using Headgate.Connectors.Sources;
using Headgate.Hosting.Bus;
using Headgate.Hosting.Configuration;
using Headgate.IngestWorker.Checks;
using Headgate.IngestWorker.Configuration;
using Headgate.IngestWorker.Preparation;
using Headgate.IngestWorker.State;
using Headgate.IngestWorker.Systems;
using Headgate.JobCoordinator.Access.Keys;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Tests.Access;
using Headgate.Scheduler;
using Headgate.Tests.Servers;
using Headgate.V1;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Headgate.JobCoordinator.Tests.Calls.Pipelines;

/// <summary>
/// The coordinator's calls and lanes, the scheduler's, and the worker's looks at sources, on a real broker and a real database. There is no
/// room for a job to run: what a run has started is Pending until a test says otherwise.
/// </summary>
public sealed class PipelineBench : IAsyncLifetime
{
    /// <summary>A project of which the settings say what its files may name.</summary>
    public const string Bounded = "bounded-one";

    static readonly string Prefix = $"BENCH{Guid.NewGuid():N}".ToUpperInvariant();

    VirtualHost _broker = null!;
    WebApplication _server = null!;
    GrpcChannel _channel = null!;

    /// <summary>What leads to the source.</summary>
    public static string SourceReference => $"env:{Prefix}_SOURCE";

    /// <summary>What leads to the destination.</summary>
    public static string DestinationReference => $"env:{Prefix}_DESTINATION";

    /// <summary>A file that holds a setting of the coordinator.</summary>
    public static string OwnFile { get; } = Path.Combine(Path.GetTempPath(), $"{Prefix}.state");

    public TestDatabase State { get; private set; } = null!;

    public TestDatabase Source { get; private set; } = null!;

    public TestDatabase Destination { get; private set; } = null!;

    /// <summary>Of a caller of all projects.</summary>
    public PipelineService.PipelineServiceClient Admin { get; private set; } = null!;

    public JobService.JobServiceClient Jobs { get; private set; } = null!;

    public RecordService.RecordServiceClient Records { get; private set; } = null!;

    public IBus Bus => _server.Services.GetRequiredService<IBus>();

    public async Task InitializeAsync()
    {
        _broker = await VirtualHost.CreateAsync("pipelines");
        (State, Source, Destination) = (await TestDatabase.CreateAsync("state"), await TestDatabase.CreateAsync("source"), await TestDatabase.CreateAsync("destination"));
        await Source.ExecuteAsync("create table contacts (id int primary key, email text, updated_at timestamptz)");
        Environment.SetEnvironmentVariable($"{Prefix}_SOURCE", Source.ConnectionString);
        Environment.SetEnvironmentVariable($"{Prefix}_DESTINATION", Destination.ConnectionString);
        _server = Build();
        await _server.StartAsync();
        _channel = GrpcChannel.ForAddress(_server.Urls.Single());
        var secret = await KeyAsync(Role.Admin, project: null, "bench");
        Admin = Client(secret);
        Jobs = new JobService.JobServiceClient(_channel.CreateCallInvoker().With(secret));
        Records = new RecordService.RecordServiceClient(_channel.CreateCallInvoker().With(secret));
    }

    WebApplication Build()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.Protocols = HttpProtocols.Http2));
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
        [
            new("HEADGATE_ACCESS:REFERENCES:BOUNDED_ONE", $"{SourceReference}; env:{Prefix}_DEST*; file:/etc/headgate/bounded/*"),
            new("HEADGATE_STATE_FILE", OwnFile),
        ]);
        builder.AddScheduler(new ServiceSettings { State = State.ConnectionString, Staging = "" });
        builder.AddJobCoordinator(new ServiceSettings { State = State.ConnectionString, Staging = "" });
        builder.Services.Configure<CoordinatorOptions>(options => options.MaxRunningJobs = 0);
        builder.Services.AddSingleton<ISourceConnector, PostgresConnector>();
        builder.Services.AddSingleton(WorkerOptions.Read(builder.Configuration));
        builder.Services.AddSingleton<SystemConnections>();
        builder.Services.AddSingleton(_ => new IngestState(NpgsqlDataSource.Create(State.ConnectionString)));
        builder.Services.AddHostedService<IngestMigration>();
        builder.Services.AddSingleton<OffsetBounds>();
        builder.AddHeadgateBus(_broker.AmqpUri, bus =>
        {
            bus.AddJobCoordinatorConsumers();
            bus.AddSchedulerConsumers();
            bus.AddConsumer<CheckSourceConsumer>();
            bus.AddConsumer<EstimateRunConsumer>();
            bus.AddConsumer<PreviewRollbackConsumer>();
            bus.AddLane(new Lane
            {
                Name = Lanes.Checks,
                Concurrency = 4,
                Configure = (context, lane) =>
                {
                    lane.ConfigureConsumer<CheckSourceConsumer>(context);
                    lane.ConfigureConsumer<EstimateRunConsumer>(context);
                    lane.ConfigureConsumer<PreviewRollbackConsumer>(context);
                },
            });
        });
        builder.AddJobCoordinatorUpkeep();
        builder.AddCoordinatorCalls();
        var application = builder.Build();
        application.MapCoordinatorCalls();
        return application;
    }

    public PipelineService.PipelineServiceClient Client(string secret) => new(_channel.CreateCallInvoker().With(secret));

    /// <summary>Somebody who may operate one project.</summary>
    public async Task<PipelineService.PipelineServiceClient> OperatorAsync(string project) => Client(await KeyAsync(Role.Operator, project, $"k{Guid.NewGuid():N}"));

    async Task<string> KeyAsync(Role role, string? project, string name)
    {
        var secret = KeySecret.New();
        await using var connection = await _server.Services.GetRequiredService<CoordinatorState>().Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await _server.Services.GetRequiredService<KeyTable>().AddAsync(
            connection, new NewKey { Name = name, Role = role, Project = project, CreatedBy = KeyTable.Host }, secret, default);
        await transaction.CommitAsync();
        return secret.Reveal();
    }

    /// <summary>A project that nothing else is in.</summary>
    public BenchProject NewProject() => new(this, $"p{Guid.NewGuid():N}"[..20]);

    /// <summary>A session in a transaction that has executed something: it holds what that has locked until it is disposed.</summary>
    public async Task<IAsyncDisposable> HoldAsync(string sql)
    {
        var connection = await State.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"begin; {sql}", connection);
        await command.ExecuteNonQueryAsync();
        return new Held(connection);
    }

    /// <summary>Done when so many sessions of the coordinator wait for locks.</summary>
    public Task WaitingForLocksAsync(int sessions) => Eventually.HoldsAsync(async () => await State.ScalarAsync<long>(
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()") >= sessions);

    public async Task DisposeAsync()
    {
        _channel.Dispose();
        await _server.StopAsync();
        await _server.DisposeAsync();
        await _broker.DisposeAsync();
        foreach (var database in (TestDatabase[])[State, Source, Destination]) await database.DisposeAsync();
    }

    sealed class Held(NpgsqlConnection connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await using (var command = new NpgsqlCommand("rollback", connection)) await command.ExecuteNonQueryAsync();
            await connection.DisposeAsync();
        }
    }
}
