using System.Net;
using Grpc.Net.Client;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Pipelines;
using Headgate.Hosting.Bus;
using Headgate.Hosting.Configuration;
using Headgate.IngestWorker;
using Headgate.JobCoordinator.Access.Keys;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Tests.Access;
using Headgate.Tests.Servers;
using Headgate.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.JobCoordinator.Tests.Changes;

/// <summary>A coordinator with its calls, and workers whose destinations have played logs, at one broker.</summary>
sealed class RelayBench : IAsyncDisposable
{
    readonly string _staging = Directory.CreateTempSubdirectory("headgate-test-relay-").FullName;
    readonly List<(IHost Host, TestDatabase State)> _workers = [];
    VirtualHost _broker = null!;
    WebApplication _server = null!;
    GrpcChannel _channel = null!;

    public TestDatabase Database { get; private set; } = null!;

    /// <summary>The workers' directory.</summary>
    public string Staging => _staging;

    /// <summary>As a viewer.</summary>
    public RecordService.RecordServiceClient Records { get; private set; } = null!;

    /// <summary>As somebody who may do more.</summary>
    public RecordService.RecordServiceClient OperatedRecords { get; private set; } = null!;

    public GrpcChannel Channel => _channel;

    public IServiceProvider Services => _server.Services;

    /// <summary>With a worker for each log.</summary>
    public static async Task<RelayBench> StartAsync(params PlayedLog[] logs)
    {
        var bench = new RelayBench { Database = await TestDatabase.CreateAsync("relay"), _broker = await VirtualHost.CreateAsync("relay") };
        await bench.StartAsync();
        foreach (var log in logs) await bench.AddAsync(log);
        return bench;
    }

    /// <summary>Adds a worker.</summary>
    public async Task AddAsync(PlayedLog log)
    {
        var state = await TestDatabase.CreateAsync("relay_worker");
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.AddIngestWorker(new ServiceSettings { State = state.ConnectionString, Staging = _staging });
        builder.Services.AddSingleton<IDestinationConnector>(new LogConnector(log));
        builder.Services.AddSingleton<ISourceConnector>(new PlayedSources());
        builder.AddHeadgateBus(_broker.AmqpUri, bus => bus.AddIngestWorkerConsumers());
        var host = builder.Build();
        await host.StartAsync();
        _workers.Add((host, state));
    }

    /// <summary>Ends a worker, as a signal does.</summary>
    public Task StopWorkerAsync(int number) => _workers[number].Host.StopAsync();

    /// <summary>A launched job with one object, of a pipeline of its own.</summary>
    /// <param name="with">Columns of its row, for example inserted = 1.</param>
    public async Task<JobReference> JobAsync(string with = "launched_at = now(), request_id = gen_random_uuid()")
    {
        var connection = Path.Combine(_staging, $"{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(connection, "Host=nowhere");
        var definition = new PipelineDefinition
        {
            Project = "p",
            Name = $"n{Guid.NewGuid():N}",
            Source = new SystemReference { Connector = "postgres", Connection = $"file:{connection}" },
            Destination = new SystemReference { Connector = "postgres", Connection = $"file:{connection}" },
            Objects = [new ObjectDefinition { From = "public.a", To = $"public.t{Path.GetFileName(connection)}", Key = ["id"] }],
        };
        var pipeline = (await Services.GetRequiredService<PipelineStore>().ApplyAsync([new PipelineToApply(definition, connection)], "test", default)).Single();
        var job = Guid.NewGuid();
        await Database.ExecuteAsync(
            $"""
             insert into coordinator.sync_job (job_id, state, job_no, pipeline_id, pipeline_version, project, pipeline, kind, trigger, actor, attempt, epoch,
                                               phase, created_at, finished_at)
             values ('{job}', 'Completed', nextval('coordinator.job_no'), '{pipeline.PipelineId}', 1, 'p', '{definition.Name}', 'Incremental', 'SyncNow',
                     'tester', 1, 1, 'None', now(), now());
             insert into coordinator.job_object (job_id, object_no, state, source, destination, object_key)
             values ('{job}', 0, 'Extracted', 'public.a', 'public.things', 'a');
             update coordinator.sync_job set {with} where job_id = '{job}'
             """);
        return new JobReference { Id = job.ToString() };
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        foreach (var (host, state) in _workers)
        {
            await host.StopAsync();
            host.Dispose();
            await state.DisposeAsync();
        }

        await _server.StopAsync();
        await _server.DisposeAsync();
        await _broker.DisposeAsync();
        await Database.DisposeAsync();
        Directory.Delete(_staging, recursive: true);
    }

    async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddHealthChecks();
        builder.AddJobCoordinator(new ServiceSettings { State = Database.ConnectionString, Staging = "" });
        builder.AddHeadgateBus(_broker.AmqpUri, _ => { });
        builder.AddCoordinatorCalls();
        _server = builder.Build();
        _server.MapCoordinatorCalls();
        await _server.StartAsync();
        _channel = GrpcChannel.ForAddress(_server.Urls.Single());
        Records = new RecordService.RecordServiceClient(_channel.CreateCallInvoker().With(await KeyAsync("tester", Role.Viewer)));
        OperatedRecords = new RecordService.RecordServiceClient(_channel.CreateCallInvoker().With(await KeyAsync("operator", Role.Operator)));
    }

    async Task<string> KeyAsync(string name, Role role)
    {
        var secret = KeySecret.New();
        await using var connection = await Services.GetRequiredService<CoordinatorState>().Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Services.GetRequiredService<KeyTable>().AddAsync(
            connection, new NewKey { Name = name, Role = role, Project = "p", CreatedBy = KeyTable.Host }, secret, default);
        await transaction.CommitAsync();
        return secret.Reveal();
    }
}
