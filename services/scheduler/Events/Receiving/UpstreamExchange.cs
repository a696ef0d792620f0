using Headgate.Contracts.Events;
using Headgate.Hosting.Bus;
using MassTransit;
using RabbitMQ.Client;

namespace Headgate.Scheduler.Events.Receiving;

/// <summary>The exchange that other services publish to: declared when the scheduler starts, and bound to its lane.</summary>
sealed class UpstreamExchange : ILaneEvent
{
    /// <summary>As publishers name it.</summary>
    public const string Name = "headgate:upstream-events";

    public void Bind(IReceiveEndpointConfigurator endpoint)
    {
        switch (endpoint)
        {
            case IRabbitMqReceiveEndpointConfigurator rabbit:
                rabbit.Bind(Name, exchange => (exchange.ExchangeType, exchange.Durable, exchange.AutoDelete) = (ExchangeType.Fanout, true, false));
                break;
            case IInMemoryReceiveEndpointConfigurator memory:
                memory.Bind(Name);
                // In one process nobody names exchanges: what is published by its type arrives as well.
                memory.Bind<UpstreamEvent>();
                break;
            default: throw new NotSupportedException($"Cannot bind {Name} on {endpoint.GetType().Name}.");
        }
    }
}
