using System.Collections.Concurrent;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.Hosting.Bus;
using Headgate.Hosting.Configuration;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Pipelines;
using Headgate.Tests.Servers;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>The saga on its real repository and a real database, on the in-memory transport, with nobody at the other end of its lanes.</summary>
public sealed class SagaBench : IAsyncLifetime, ISendObserver, IConsumeObserver
{
    readonly ConcurrentDictionary<Guid, TaskCompletionSource> _awaited = new();
    TestDatabase _database = null!;
    IHost _host = null!;

    public IBus Bus => _host.Services.GetRequiredService<IBus>();

    public PipelineStore Pipelines => _host.Services.GetRequiredService<PipelineStore>();

    /// <summary>Everything that was sent, by job.</summary>
    public ConcurrentQueue<object> Sent { get; } = new();

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync("saga");
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddJobCoordinator(new ServiceSettings { State = _database.ConnectionString, Staging = "" });
        builder.AddHeadgateBus(amqp: null, bus => bus.AddJobSaga());
        _host = builder.Build();
        await _host.StartAsync();
        // Tests number their jobs themselves; a restart takes a number of the sequence.
        await _database.ExecuteAsync("select setval('coordinator.job_no', 1000000)");
        Bus.ConnectSendObserver(this);
        Bus.ConnectConsumeObserver(this);
    }

    /// <summary>A job of a pipeline of its own, just accepted.</summary>
    public async Task<SagaJob> AcceptAsync(int maxFailures = 3)
    {
        var definition = new PipelineDefinition
        {
            Project = "test",
            Name = $"p{Guid.NewGuid():N}",
            Source = new SystemReference { Connector = "postgres", Connection = "env:NOWHERE" },
            Destination = new SystemReference { Connector = "postgres", Connection = $"env:NOWHERE_{Guid.NewGuid():N}" },
            Objects = [new ObjectDefinition { From = "public.a", To = "public.a", Key = ["id"] }],
            Load = new LoadDefinition { Parallelism = 2 },
            MaxFailures = maxFailures,
        };
        var set = new[] { new PipelineToApply(definition, definition.Destination.Connection) };
        var applied = await Pipelines.ApplyAsync(set, "test", CancellationToken.None);
        var job = new SagaJob(this, applied.Single().PipelineId, definition);
        await job.AcceptAsync();
        return job;
    }

    /// <summary>Sends a message to the saga and waits until it was handled and committed.</summary>
    public async Task HandleAsync<T>(T message, Guid? messageId = null)
        where T : class
    {
        var id = messageId ?? NewId.NextGuid();
        var handled = _awaited[id] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var endpoint = await Bus.GetSendEndpoint(Lanes.Address(Lanes.JobCommands));
        await endpoint.Send(message, context => context.MessageId = id);
        await handled.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    public async Task<CommandAnswered> AskAsync<T>(T command)
        where T : class
    {
        var client = Bus.CreateRequestClient<T>(Lanes.Address(Lanes.JobCommands), TimeSpan.FromSeconds(20));
        return (await client.GetResponse<CommandAnswered>(command)).Message;
    }

    public async Task<TResult> ReadAsync<TResult>(Func<CoordinatorDbContext, Task<TResult>> read)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        return await read(scope.ServiceProvider.GetRequiredService<CoordinatorDbContext>());
    }

    public Task<int> ExecuteAsync(FormattableString sql) => ReadAsync(db => db.Database.ExecuteSqlAsync(sql));

    public async Task DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await _database.DisposeAsync();
    }

    public Task PreSend<T>(SendContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostSend<T>(SendContext<T> context)
        where T : class
    {
        Sent.Enqueue(context.Message);
        return Task.CompletedTask;
    }

    public Task SendFault<T>(SendContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;

    Task IConsumeObserver.PreConsume<T>(ConsumeContext<T> context) => Task.CompletedTask;

    Task IConsumeObserver.PostConsume<T>(ConsumeContext<T> context)
    {
        if (context.MessageId is { } id && _awaited.TryRemove(id, out var awaited)) awaited.SetResult();
        return Task.CompletedTask;
    }

    Task IConsumeObserver.ConsumeFault<T>(ConsumeContext<T> context, Exception exception)
    {
        if (context.MessageId is { } id && _awaited.TryRemove(id, out var awaited)) awaited.SetException(exception);
        return Task.CompletedTask;
    }
}
