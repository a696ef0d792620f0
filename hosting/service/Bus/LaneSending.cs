using MassTransit;

namespace Headgate.Hosting.Bus;

/// <summary>Sends commands to lanes.</summary>
public static class LaneSending
{
    /// <summary>Sends a command to its owner's lane.</summary>
    public static async Task SendTo<T>(this ISendEndpointProvider provider, string lane, T command, CancellationToken cancellationToken = default)
        where T : class
    {
        var endpoint = await provider.GetSendEndpoint(Lanes.Address(lane));
        await endpoint.Send(command, cancellationToken);
    }
}
