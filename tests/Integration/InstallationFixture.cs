namespace Headgate.Integration.Tests;

/// <summary>An installation of its own for each class of tests.</summary>
public sealed class InstallationFixture : IAsyncLifetime
{
    public Installation Installation { get; private set; } = null!;

    public async Task InitializeAsync() => Installation = await Installation.StartAsync();

    public async Task DisposeAsync() => await Installation.DisposeAsync();
}
