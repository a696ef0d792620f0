using Headgate.Tests.Installations;
using Headgate.Tests.Servers;

namespace Headgate.Crashes.Tests.Chaos;

/// <summary>An installation with servers of its own and two workers, which all rounds use one after the other.</summary>
public sealed class ChaosFixture : IAsyncLifetime
{
    public OwnServers Servers { get; private set; } = null!;

    public Installation Headgate { get; private set; } = null!;

    public OperatorBus Bus { get; private set; } = null!;

    internal Crew Crew { get; private set; } = null!;

    internal Tap Tap { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Servers = await OwnServers.StartAsync();
        Headgate = await Installation.StartAsync(
            environment =>
            {
                environment["HEADGATE_COORDINATOR__STALLAFTER"] = "00:00:01";
                environment["HEADGATE_COORDINATOR__FENCEPATIENCE"] = "00:00:02";
                environment["HEADGATE_BUS_PATIENCE"] = "00:00:10";
            },
            Servers);
        Crew = await Crew.GatherAsync(Headgate);
        Tap = await Tap.OpenAsync(Headgate.Broker.AmqpUri);
        Bus = await OperatorBus.ConnectAsync(Headgate.Broker.AmqpUri);
    }

    public async Task DisposeAsync()
    {
        await Bus.DisposeAsync();
        await Headgate.EndServicesAsync();
        await Headgate.DisposeAsync();
        await Servers.DisposeAsync();
    }
}
