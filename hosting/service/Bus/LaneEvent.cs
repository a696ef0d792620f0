using MassTransit;

namespace Headgate.Hosting.Bus;

/// <summary>A published event that a lane receives.</summary>
public sealed class LaneEvent<T> : ILaneEvent
    where T : class
{
    public void Bind(IReceiveEndpointConfigurator endpoint)
    {
        switch (endpoint)
        {
            case IRabbitMqReceiveEndpointConfigurator rabbit: rabbit.Bind<T>(); break;
            case IInMemoryReceiveEndpointConfigurator memory: memory.Bind<T>(); break;
            default: throw new NotSupportedException($"Cannot bind {typeof(T).Name} on {endpoint.GetType().Name}.");
        }
    }
}
