using System.Net;
using Grpc.Net.Client;
using Headgate.Connectors.Destinations;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;
using Headgate.Hosting.Bus;
using Headgate.Hosting.Configuration;
using Headgate.IngestWorker;
using Headgate.JobCoordinator.Access.Keys;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Tests.Access;
using Headgate.JobCoordinator.Tests.Doubts.Counters;
using Headgate.Tests.Servers;
using Headgate.V1;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TriggerKind = Headgate.Contracts.Runs.TriggerKind;

namespace Headgate.JobCoordinator.Tests.Doubts;

/// <summary>Coordinator and worker as they are, in one process, from PostgreSQL to a server that counts requests.</summary>
public sealed class CounterBench : IAsyncLifetime
{
    public const string Project = "events";
    public const string Pipeline = "counted";

    readonly string _staging = Directory.CreateTempSubdirectory("headgate-counters-").FullName;
    readonly List<TestDatabase> _databases = [];
    readonly string _connections = $"COUNTERS_{Guid.NewGuid():N}";
    WebApplication _host = null!;
    GrpcChannel _channel = null!;

    internal CounterServer Counters { get; private set; } = null!;

    public JobService.JobServiceClient Jobs { get; private set; } = null!;

    public RecordService.RecordServiceClient Records { get; private set; } = null!;

    /// <summary>The connector's own database.</summary>
    public TestDatabase Intents { get; private set; } = null!;

    /// <summary>The coordinator's.</summary>
    public TestDatabase State { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        State = await DatabaseAsync("counters_state");
        var source = await DatabaseAsync("counters_source");
        Intents = await NewIntentsAsync();
        await source.ExecuteAsync("create table a (id int primary key, name text); insert into a select n, 'n' || n from generate_series(1, 10) n; analyze a");
        Counters = await CounterServer.StartAsync();

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.Protocols = HttpProtocols.Http2));
        builder.Services.AddHealthChecks();
        var settings = new ServiceSettings { State = State.ConnectionString, Staging = _staging };
        builder.AddJobCoordinator(settings);
        builder.AddIngestWorker(settings);
        builder.Services.AddSingleton<IDestinationConnector>(new CounterConnector());
        builder.Services.Configure<CoordinatorOptions>(options => options.ReconcileEvery = TimeSpan.FromMilliseconds(50));
        builder.AddHeadgateBus(amqp: null, bus =>
        {
            bus.AddJobCoordinatorConsumers();
            bus.AddIngestWorkerConsumers();
        });
        builder.AddJobCoordinatorUpkeep();
        builder.AddCoordinatorCalls();
        _host = builder.Build();
        _host.MapCoordinatorCalls();
        await _host.StartAsync();

        _channel = GrpcChannel.ForAddress(_host.Urls.Single());
        var invoker = _channel.CreateCallInvoker().With(await KeyAsync());
        (Jobs, Records) = (new JobService.JobServiceClient(invoker), new RecordService.RecordServiceClient(invoker));
        Lead(Intents);
        await ApplyAsync(source.ConnectionString);
    }

    /// <summary>A connector's database in which nothing has happened yet.</summary>
    public async Task<TestDatabase> NewIntentsAsync()
    {
        var database = await DatabaseAsync("counters");
        await database.ExecuteAsync(CounterConnection.Schema);
        return database;
    }

    /// <summary>Lets the pipeline's connection lead to another connector's database.</summary>
    public void Lead(TestDatabase intents) =>
        Environment.SetEnvironmentVariable($"{_connections}_DESTINATION", $"{intents.ConnectionString}|{Counters.Url}");

    /// <summary>Starts a job of ten records.</summary>
    public async Task<JobReference> StartJobAsync()
    {
        var id = Guid.NewGuid();
        var bus = _host.Services.GetRequiredService<IBus>();
        await bus.SendTo(
            Lanes.Starts, new StartJob { RunId = id, Project = Project, Pipeline = Pipeline, Trigger = TriggerKind.Api, Actor = "tester" });
        return new JobReference { Id = id.ToString() };
    }

    public async Task<Job> GetAsync(JobReference job) => (await Jobs.GetJobAsync(new GetJobRequest { Job = job })).Job;

    public async Task DisposeAsync()
    {
        _channel.Dispose();
        await Counters.DisposeAsync();
        await _host.StopAsync();
        await _host.DisposeAsync();
        foreach (var database in _databases) await database.DisposeAsync();
        Directory.Delete(_staging, recursive: true);
    }

    async Task<TestDatabase> DatabaseAsync(string prefix)
    {
        var database = await TestDatabase.CreateAsync(prefix);
        _databases.Add(database);
        return database;
    }

    async Task<string> KeyAsync()
    {
        var secret = KeySecret.New();
        var key = new NewKey { Name = "tester", Role = Role.Admin, Project = null, CreatedBy = KeyTable.Host };
        await using var connection = await _host.Services.GetRequiredService<CoordinatorState>().Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await _host.Services.GetRequiredService<KeyTable>().AddAsync(connection, key, secret, default);
        await transaction.CommitAsync();
        return secret.Reveal();
    }

    async Task ApplyAsync(string source)
    {
        Environment.SetEnvironmentVariable($"{_connections}_SOURCE", source);
        var definition = new PipelineDefinition
        {
            Project = Project,
            Name = Pipeline,
            Source = new SystemReference { Connector = "postgres", Connection = $"env:{_connections}_SOURCE" },
            Destination = new SystemReference { Connector = "counters", Connection = $"env:{_connections}_DESTINATION" },
            Objects = [new ObjectDefinition { From = "public.a", To = "records", Key = ["id"] }],
        };
        await _host.Services.GetRequiredService<PipelineStore>().ApplyAsync([new PipelineToApply(definition, "the counters")], "tester", default);
    }
}
