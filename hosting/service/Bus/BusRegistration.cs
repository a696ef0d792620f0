using System.Text.Json.Serialization;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.Hosting.Bus;

/// <summary>Puts the lanes of one or more services on a bus.</summary>
public static class BusRegistration
{
    static readonly TimeSpan TemporaryQueueExpiration = TimeSpan.FromMinutes(1);

    /// <summary>Adds a lane to the bus that is being registered.</summary>
    public static void AddLane(this IBusRegistrationConfigurator bus, Lane lane) => bus.AddSingleton(new LaneEntry(lane));

    /// <summary>
    /// Has an event's exchange declared when the bus starts: programs of others can bind their queues to it before the first one is
    /// published, which they would miss otherwise.
    /// </summary>
    public static void AddEventForOthers<T>(this IBusRegistrationConfigurator bus)
        where T : class => bus.AddSingleton(new ForeseenEvent(transport => transport.Publish<T>(_ => { })));

    /// <summary>Adds the bus: on RabbitMQ at <paramref name="amqp"/>, or in memory when that is null.</summary>
    public static void AddHeadgateBus(this IHostApplicationBuilder builder, Uri? amqp, Action<IBusRegistrationConfigurator> consumers)
    {
        var lanes = new List<Lane>();
        var foreseen = new List<ForeseenEvent>();
        builder.Services.Configure<MassTransitHostOptions>(options =>
        {
            options.WaitUntilStarted = true;
            options.StartTimeout = TimeSpan.FromMinutes(2);
            options.StopTimeout = TimeSpan.FromSeconds(30);
        });
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            consumers(bus);
            lanes.AddRange(Take<LaneEntry>(bus).Select(entry => entry.Lane));
            foreseen.AddRange(Take<ForeseenEvent>(bus));
            if (amqp is null)
                bus.UsingInMemory((context, transport) => transport.ConfigureLanes(context, lanes));
            else
            {
                bus.UsingRabbitMq((context, transport) =>
                {
                    transport.Host(amqp);
                    transport.ConfigureLanes(context, lanes);
                    transport.DeployPublishTopology = foreseen.Count > 0;
                    foreseen.ForEach(each => each.Declare(transport));
                });
            }
        });
        if (amqp is null || lanes.Count == 0) return;
        var patience = TimeSpan.TryParse(builder.Configuration["HEADGATE_BUS_PATIENCE"], out var span) ? span : TimeSpan.FromMinutes(1);
        builder.Services.AddHostedService(services => new BusWatch(
            services.GetRequiredService<IBusControl>(), amqp, patience, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<BusWatch>>()));
    }

    static List<T> Take<T>(IBusRegistrationConfigurator bus) => [.. bus.Select(service => service.ImplementationInstance).OfType<T>()];

    static void ConfigureLanes<TEndpoint>(this IBusFactoryConfigurator<TEndpoint> transport, IBusRegistrationContext context, List<Lane> lanes)
        where TEndpoint : IReceiveEndpointConfigurator
    {
        transport.ConfigureJsonSerializerOptions(options =>
        {
            options.Converters.Add(new JsonStringEnumConverter());
            return options;
        });
        transport.ConnectEndpointConfigurationObserver(new LateAnswers(lanes.Select(lane => lane.Name)));
        foreach (var lane in lanes)
            transport.ReceiveEndpoint(lane.Name, endpoint => Configure(endpoint, context, lane));
    }

    static void Configure(IReceiveEndpointConfigurator endpoint, IBusRegistrationContext context, Lane lane)
    {
        endpoint.ConfigureConsumeTopology = false;
        endpoint.PrefetchCount = lane.Concurrency;
        endpoint.ConcurrentMessageLimit = lane.Concurrency;
        if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit) Declare(rabbit, lane);
        foreach (var laneEvent in lane.Events) laneEvent.Bind(endpoint);
        lane.Configure(context, endpoint);
    }

    static void Declare(IRabbitMqReceiveEndpointConfigurator rabbit, Lane lane)
    {
        if (!lane.IsTemporary)
        {
            rabbit.SetQuorumQueue();
            return;
        }

        rabbit.Durable = false;
        rabbit.AutoDelete = true;
        // A process that dies before it has consumed leaves a queue that is never deleted for want of a consumer.
        rabbit.QueueExpiration = TemporaryQueueExpiration;
        rabbit.DiscardFaultedMessages();
        rabbit.DiscardSkippedMessages();
    }

    sealed record LaneEntry(Lane Lane);

    sealed record ForeseenEvent(Action<IRabbitMqBusFactoryConfigurator> Declare);
}
