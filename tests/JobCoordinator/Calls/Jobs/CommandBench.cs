using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Headgate.Connectors.Destinations;
using Headgate.Contracts.Pipelines;
using Headgate.Hosting.Bus;
using Headgate.Hosting.Configuration;
using Headgate.JobCoordinator.Access.Keys;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Tests.Access;
using Headgate.JobCoordinator.Tests.Doubts;
using Headgate.Tests.Servers;
using Headgate.V1;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Headgate.JobCoordinator.Tests.Calls.Jobs;

/// <summary>
/// The coordinator's calls and the sagas behind them, on a real server with real keys, a real broker and a real database. Nobody is at the
/// other end of the workers' lanes but who compares a source with plans, and nothing works on its own clock: a job stands where a test has put it.
/// </summary>
public sealed class CommandBench : IAsyncLifetime
{
    public const string Actor = "bench";

    TestDatabase _database = null!;
    VirtualHost _broker = null!;
    WebApplication _server = null!;
    GrpcChannel _channel = null!;

    /// <summary>The service, for an administrator of all projects.</summary>
    public JobService.JobServiceClient Jobs { get; private set; } = null!;

    public CallInvoker Invoker { get; private set; } = null!;

    public GrpcChannel Channel => _channel;

    /// <summary>What a worker finds when it compares a job's source.</summary>
    internal ComparedSources Sources { get; } = new();

    public IBus Bus => _server.Services.GetRequiredService<IBus>();

    public TestDatabase Database => _database;

    public async Task InitializeAsync()
    {
        (_database, _broker) = (await TestDatabase.CreateAsync("commands"), await VirtualHost.CreateAsync("commands"));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddHealthChecks();
        builder.AddJobCoordinator(new ServiceSettings { State = _database.ConnectionString, Staging = "" });
        builder.Services.AddSingleton<IDestinationConnector>(new DoubtfulConnector());
        builder.Services.AddSingleton(Sources);
        builder.AddHeadgateBus(_broker.AmqpUri, bus =>
        {
            bus.AddJobSaga();
            bus.AddConsumer<ComparingWorker>();
            bus.AddLane(new Lane { Name = Lanes.Checks, Concurrency = 4, Configure = (context, lane) => lane.ConfigureConsumer<ComparingWorker>(context) });
        });
        builder.AddCoordinatorCalls();
        _server = builder.Build();
        _server.MapCoordinatorCalls();
        await _server.StartAsync();
        _channel = GrpcChannel.ForAddress(_server.Urls.Single());
        Invoker = await AsAsync(Role.Admin, project: null, Actor);
        Jobs = new JobService.JobServiceClient(Invoker);
    }

    /// <summary>Calls with a key that is made for it.</summary>
    public async Task<CallInvoker> AsAsync(Role role, string? project, string name)
    {
        var secret = KeySecret.New();
        var key = new NewKey { Name = name, Role = role, Project = project, CreatedBy = KeyTable.Host };
        await using var connection = await _server.Services.GetRequiredService<CoordinatorState>().Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await _server.Services.GetRequiredService<KeyTable>().AddAsync(connection, key, secret, default);
        await transaction.CommitAsync();
        return _channel.CreateCallInvoker().With(secret.Reveal());
    }

    public static string NewProject() => $"p{Guid.NewGuid():N}"[..20];

    /// <summary>A pipeline without jobs.</summary>
    public async Task<Guid> PipelineAsync(string project, string name)
    {
        var definition = new PipelineDefinition
        {
            Project = project,
            Name = name,
            Source = new SystemReference { Connector = "postgres", Connection = "env:NOWHERE" },
            Destination = new SystemReference { Connector = "postgres", Connection = "env:NOWHERE" },
            Objects = [new ObjectDefinition { From = "public.a", To = $"{project}.{name}", Key = ["id"] }],
        };
        var store = _server.Services.GetRequiredService<PipelineStore>();
        return (await store.ApplyAsync([new PipelineToApply(definition, "nowhere")], "test", default)).Single().PipelineId;
    }

    /// <summary>The latest job of a pipeline of its own, unless one is named, in a state as the saga would have led it there.</summary>
    /// <param name="state">Its state.</param>
    /// <param name="project">Its project; null: one of its own.</param>
    /// <param name="pipeline">Its pipeline; null: one of its own.</param>
    /// <param name="with">Further columns of the row, for example mode = 'Force'.</param>
    public async Task<Guid> JobAsync(string state, string? project = null, string? pipeline = null, string? with = null)
    {
        project ??= NewProject();
        pipeline ??= $"n{Guid.NewGuid():N}"[..20];
        var owner = await _database.ScalarAsync<Guid?>(
            $"select pipeline_id from coordinator.pipeline where project = '{project}' and name = '{pipeline}'")
            ?? await PipelineAsync(project, pipeline);
        var id = Guid.NewGuid();
        var isLaunched = state is not ("Pending" or "Initializing");
        var (intent, phase) = state switch
        {
            "Pausing" => ("'Pause'", "Stopping"),
            "Canceling" => ("'Cancel'", "Stopping"),
            "Processing" => ("null", "Loading"),
            "Paused" => ("'Pause'", "None"),
            "Failed" => ("'Fail'", "None"),
            _ => ("null", "None"),
        };
        await _database.ExecuteAsync(
            $"""
             insert into coordinator.sync_job (job_id, state, job_no, pipeline_id, pipeline_version, project, pipeline, kind, trigger, actor,
                                               attempt, epoch, phase, request_id, launched_at, intent, resume_to, stop_actor,
                                               stop_requested_at, created_at, finished_at)
             values ('{id}', '{state}', nextval('coordinator.job_no'), '{owner}', 1, '{project}', '{pipeline}', 'Incremental', 'SyncNow', 'tester',
                     1, 1, '{phase}', {(isLaunched ? "gen_random_uuid(), now()" : "null, null")}, {intent},
                     {(intent == "null" ? "null, null, null" : "'Processing', 'somebody', now()")}, clock_timestamp(),
                     {(state is "Completed" or "Canceled" or "Discarded" ? "now()" : "null")});
             insert into coordinator.job_object (job_id, object_no, state, source, destination, object_key)
             values ('{id}', 0, 'Extracted', 'public.a', '{project}.{pipeline}', 'a');
             update coordinator.pipeline set current_job_id = '{id}' where pipeline_id = '{owner}'
             """);
        if (with is not null) await _database.ExecuteAsync($"update coordinator.sync_job set {with} where job_id = '{id}'");
        return id;
    }

    public static JobReference Named(Guid job) => new() { Id = job.ToString() };

    public async Task<GetJobResponse> GetAsync(Guid job) => await Jobs.GetJobAsync(new GetJobRequest { Job = Named(job) });

    /// <summary>Holds a job's row, so that its saga cannot answer, until the session is disposed.</summary>
    public async Task<NpgsqlConnection> HoldAsync(params Guid[] jobs)
    {
        var session = await _database.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(
            $"begin; select from coordinator.sync_job where job_id in ({string.Join(", ", jobs.Select(job => $"'{job}'"))}) for update", session);
        await command.ExecuteNonQueryAsync();
        return session;
    }

    /// <summary>Until so many sessions wait for a lock.</summary>
    public Task WaitingForLocksAsync(int sessions) => Eventually.HoldsAsync(async () => await _database.ScalarAsync<long>(
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()") >= sessions);

    /// <summary>As after a crash between what a command has done and the record of its answer.</summary>
    public Task ForgetAnswersAsync(string idempotencyKey) =>
        _database.ExecuteAsync($"update coordinator.idempotent_call set response = null, refused_with = null where idempotency_key = '{idempotencyKey}'");

    public async Task<List<string[]>> RowsAsync(string sql)
    {
        await using var command = _database.DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string[]>();
        while (await reader.ReadAsync()) rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(column => $"{reader.GetValue(column)}")]);
        return rows;
    }

    public async Task DisposeAsync()
    {
        _channel.Dispose();
        await _server.StopAsync();
        await _server.DisposeAsync();
        await _broker.DisposeAsync();
        await _database.DisposeAsync();
    }
}
