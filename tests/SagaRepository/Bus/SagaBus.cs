using Headgate.SagaRepository.Configuration;
using Headgate.SagaRepository.CrashHost.Tallies;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.SagaRepository.Tests.Bus;

/// <summary>A database, a saga on a queue of its own, and a queue for what it sends.</summary>
sealed class SagaBus<TMachine> : IAsyncDisposable
    where TMachine : class, SagaStateMachine<Tally>
{
    readonly string queue = $"hg-tally-{Guid.NewGuid():N}";
    readonly SagaBusSetup setup;
    readonly ServiceProvider services;
    readonly IBusControl bus;

    SagaBus(TestDatabase database, SagaBusSetup setup)
    {
        this.setup = setup;
        Database = database;
        Handled = new HandledMessages(queue);
        services = Compose();
        bus = services.GetRequiredService<IBusControl>();
        bus.ConnectReceiveObserver(Handled);
    }

    public TestDatabase Database { get; }

    public IServiceProvider Services => services;

    public HandledMessages Handled { get; }

    public Signal<TallyGrew> Sent { get; } = new();

    string Output => queue + "-out";

    public static async Task<SagaBus<TMachine>> StartAsync(SagaBusSetup? setup = null)
    {
        var saga = new SagaBus<TMachine>(await TestDatabase.CreateAsync(), setup ?? new SagaBusSetup());
        await saga.bus.StartAsync(TimeSpan.FromSeconds(30));
        return saga;
    }

    public async Task SendAsync<T>(T message)
        where T : class
    {
        var endpoint = await bus.GetSendEndpoint(new Uri($"exchange:{queue}"));
        await endpoint.Send(message);
    }

    public async Task SendAllAsync<T>(IEnumerable<T> messages)
        where T : class =>
        await Parallel.ForEachAsync(messages, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (message, _) => await SendAsync(message));

    public async ValueTask DisposeAsync()
    {
        await bus.StopAsync();
        await services.DisposeAsync();
        await Database.DisposeAsync();
    }

    ServiceProvider Compose()
    {
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddSingleton(new TallyRules(new Uri($"exchange:{Output}"), setup.SendsAgain));
        collection.AddDbContext<TallyDbContext>(options => options.UseNpgsql(Database.ConnectionString));
        setup.Services(collection);
        collection.AddMassTransit(registration =>
        {
            registration.DisableUsageTelemetry();
            registration.AddSagaStateMachine<TMachine, Tally>().EntityFrameworkRepository(repository =>
            {
                repository.ExistingDbContext<TallyDbContext>();
                repository.UsePostgres();
                if (!setup.Locked) ((EntityFrameworkSagaRepositoryConfigurator<Tally>)repository).LockClause = LockClauses.None;
            });
            registration.UsingRabbitMq(ConfigureTransport);
        });
        return collection.BuildServiceProvider();
    }

    void ConfigureTransport(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator transport)
    {
        transport.Host(TestServers.RabbitMq);
        transport.ReceiveEndpoint(queue, endpoint =>
        {
            Passing(endpoint);
            endpoint.PrefetchCount = setup.Concurrency * 2;
            endpoint.ConcurrentMessageLimit = setup.Concurrency;
            if (setup.Retries > 0) endpoint.UseMessageRetry(retry => retry.Immediate(setup.Retries));
            endpoint.UseInMemoryOutbox(context);
            setup.InsideOutbox(endpoint, context);
            endpoint.ConfigureSaga<Tally>(context);
        });
        transport.ReceiveEndpoint(Output, endpoint =>
        {
            Passing(endpoint);
            endpoint.PrefetchCount = 64;
            endpoint.Handler<TallyGrew>(grown =>
            {
                Sent.Add(grown.Message);
                return Task.CompletedTask;
            });
        });
    }

    // Gone with the connection; what cannot be handled is seen by the observer and needs no queue.
    static void Passing(IRabbitMqReceiveEndpointConfigurator endpoint)
    {
        endpoint.ConfigureConsumeTopology = false;
        endpoint.QueueExpiration = TimeSpan.FromMinutes(10);
        endpoint.DiscardFaultedMessages();
        endpoint.DiscardSkippedMessages();
    }
}
