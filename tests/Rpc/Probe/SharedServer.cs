namespace Headgate.Rpc.Tests.Probe;

/// <summary>One server for the tests of a class.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    public ProbeServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await ProbeServer.StartAsync();

    public Task DisposeAsync() => Server.DisposeAsync().AsTask();
}
