using Headgate.Tests.Installations;
using Headgate.Tests.Servers;

namespace Headgate.Crashes.Tests.Servers;

/// <summary>An installation on servers of its own.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    public OwnServers Servers { get; private set; } = null!;

    public Installation Headgate { get; private set; } = null!;

    public OperatorBus Bus { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Servers = await OwnServers.StartAsync();
        Headgate = await Installation.StartAsync(
            environment =>
            {
                environment["HEADGATE_COORDINATOR__STALLAFTER"] = "00:00:02";
                environment["HEADGATE_BUS_PATIENCE"] = "00:00:10";
            },
            Servers,
            canHalt: true);
        Bus = await OperatorBus.ConnectAsync(Headgate.Broker.AmqpUri);
    }

    public async Task DisposeAsync()
    {
        await Bus.DisposeAsync();
        await Headgate.DisposeAsync();
        await Servers.DisposeAsync();
    }
}
