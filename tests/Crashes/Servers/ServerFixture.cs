using Headgate.Tests.Servers;

namespace Headgate.Crashes.Tests.Servers;

/// <summary>Servers that may be restarted and killed: they come back with what they held, for the next test as well.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    public OwnServers Servers { get; private set; } = null!;

    public async Task InitializeAsync() => Servers = await OwnServers.StartAsync();

    public async Task DisposeAsync() => await Servers.DisposeAsync();
}
