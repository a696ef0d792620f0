using MassTransit;

namespace Headgate.Hosting.Bus;

/// <summary>A published event that a lane receives.</summary>
public interface ILaneEvent
{
    /// <summary>Binds the event's exchange to the lane's.</summary>
    void Bind(IReceiveEndpointConfigurator endpoint);
}
