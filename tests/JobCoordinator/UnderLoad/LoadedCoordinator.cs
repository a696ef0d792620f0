using System.Collections.Concurrent;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Pipelines;
using Headgate.Hosting.Bus;
using Headgate.Hosting.Configuration;
using Headgate.JobCoordinator.Pipelines;
using Headgate.Tests.Servers;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headgate.JobCoordinator.Tests.UnderLoad;

/// <summary>The coordinator's saga on a real broker and a real database, with many jobs in the middle of loading.</summary>
public sealed class LoadedCoordinator : IAsyncDisposable
{
    public const int Parallelism = 2;

    readonly Action<IBusRegistrationConfigurator> _more;
    readonly ProgressCount _progress = new();
    VirtualHost _broker = null!;
    TestDatabase _database = null!;
    IHost? _host;
    IBusControl? _sender;

    LoadedCoordinator(Action<IBusRegistrationConfigurator> more) => _more = more;

    public TestDatabase Database => _database;

    /// <summary>The jobs, in Processing.</summary>
    public IReadOnlyList<Guid> Jobs { get; private set; } = [];

    /// <summary>Progress events taken in so far.</summary>
    public int Handled => _progress.Handled;

    /// <summary>Of those, delivered for another time.</summary>
    public int Redelivered => _progress.Redelivered;

    /// <summary>What the sagas were told of them.</summary>
    public int Told => _progress.Told;

    /// <summary>Messages that could not be handled.</summary>
    public ConcurrentQueue<Exception> Faults => _progress.Faults;

    public static async Task<LoadedCoordinator> StartAsync(int jobs, int segments, string state, Action<IBusRegistrationConfigurator>? more = null)
    {
        var loaded = new LoadedCoordinator(more ?? (_ => { }))
        {
            _broker = await VirtualHost.CreateAsync("loaded"),
            _database = await TestDatabase.CreateAsync("loaded"),
        };
        await loaded.StartCoordinatorAsync();
        await loaded.SeedAsync(jobs, segments, state);
        return loaded;
    }

    public async Task StartCoordinatorAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddJobCoordinator(new ServiceSettings { State = _database.ConnectionString, Staging = "" });
        builder.AddHeadgateBus(_broker.AmqpUri, bus =>
        {
            bus.AddJobSaga();
            bus.AddProgressLane();
            bus.AddConsumeObserver(_ => _progress);
            _more(bus);
        });
        _host = builder.Build();
        await _host.StartAsync();
    }

    public async Task StopCoordinatorAsync()
    {
        await _host!.StopAsync();
        _host.Dispose();
        _host = null;
    }

    /// <summary>Publishes as the workers do, from a connection of its own.</summary>
    public async Task PublishAsync(IEnumerable<JobProgressed> events)
    {
        if (_sender is null)
        {
            _sender = MassTransit.Bus.Factory.CreateUsingRabbitMq(transport => transport.Host(_broker.AmqpUri));
            await _sender.StartAsync();
        }

        foreach (var some in events.Chunk(500)) await Task.WhenAll(some.Select(progressed => _sender.Publish(progressed)));
    }

    /// <summary>Sends a command to every job.</summary>
    public async Task SendToAllAsync<T>(Func<Guid, T> command)
        where T : class
    {
        var endpoint = await _host!.Services.GetRequiredService<IBus>().GetSendEndpoint(Lanes.Address(Lanes.JobCommands));
        await Task.WhenAll(Jobs.Select(job => endpoint.Send(command(job))));
    }

    public async Task<CommandAnswered> PauseAsync(Guid job)
    {
        var client = _host!.Services.GetRequiredService<IBus>().CreateRequestClient<PauseJob>(Lanes.Address(Lanes.JobCommands), TimeSpan.FromSeconds(60));
        return (await client.GetResponse<CommandAnswered>(new PauseJob { JobId = job, Actor = "tester" })).Message;
    }

    /// <summary>Done when the jobs' rows show so many records written, all together.</summary>
    public async Task WrittenAsync(long records)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (await Database.ScalarAsync<long>("select sum(written)::bigint from coordinator.sync_job") != records)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromMinutes(2), "Progress did not reach the jobs' rows within 2 minutes.");
            await Task.Delay(20);
        }
    }

    /// <summary>Cuts every connection to the broker; the coordinator comes back by itself.</summary>
    public Task CutAsync() => _broker.CloseConnectionsAsync();

    /// <summary>Messages in error queues.</summary>
    public async Task<long> MisplacedAsync() =>
        (await _broker.QueuesAsync()).Where(queue => queue.Name.EndsWith("_error", StringComparison.Ordinal)).Sum(queue => queue.Messages);

    public async ValueTask DisposeAsync()
    {
        if (_sender is not null) await _sender.StopAsync();
        if (_host is not null) await StopCoordinatorAsync();
        await _broker.DisposeAsync();
        await _database.DisposeAsync();
    }

    async Task SeedAsync(int jobs, int segments, string state)
    {
        var definition = new PipelineDefinition
        {
            Project = "test",
            Name = "loaded",
            Source = new SystemReference { Connector = "postgres", Connection = "env:NOWHERE" },
            Destination = new SystemReference { Connector = "postgres", Connection = "env:NOWHERE" },
            Objects = [new ObjectDefinition { From = "public.a", To = "public.a", Key = ["id"] }],
            Load = new LoadDefinition { Parallelism = Parallelism },
        };
        await _host!.Services.GetRequiredService<PipelineStore>().ApplyAsync([new PipelineToApply(definition, "nowhere")], "test", CancellationToken.None);
        await _database.ExecuteAsync(
            $"""
             insert into coordinator.pipeline (pipeline_id, project, name, version)
             select gen_random_uuid(), project, name || n, version from coordinator.pipeline, generate_series(1, {jobs}) n;
             insert into coordinator.pipeline_version (pipeline_id, version, definition, applied_by)
             select p.pipeline_id, 1, v.definition, 'test' from coordinator.pipeline p, coordinator.pipeline_version v where p.name <> 'loaded';
             insert into coordinator.sync_job (job_id, state, job_no, pipeline_id, pipeline_version, project, pipeline, kind, trigger, actor, attempt, epoch,
                                               phase, request_id, launched_at, created_at)
             select gen_random_uuid(), 'Processing', row_number() over (), pipeline_id, 1, project, name, 'Historical', 'SyncNow', 'tester', 1, 1,
                    'Loading', gen_random_uuid(), now(), now()
             from coordinator.pipeline where name <> 'loaded';
             insert into coordinator.job_object (job_id, object_no, state, source, destination, object_key, next_segment_no)
             select job_id, 0, 'Extracted', 'public.a', 'public.a', 'a', {segments} from coordinator.sync_job;
             insert into coordinator.job_segment (job_id, attempt, object_no, segment_no, state, copy, rows)
             select job_id, 1, 0, n - 1, '{state}', gen_random_uuid(), 1000 from coordinator.sync_job, generate_series(1, {segments}) n;
             analyze
             """);
        await using var command = _database.DataSource.CreateCommand("select job_id from coordinator.sync_job order by job_no");
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<Guid>();
        while (await reader.ReadAsync()) ids.Add(reader.GetGuid(0));
        Jobs = ids;
    }
}
