using System.Diagnostics;

namespace Headgate.PrivateServers.Tests.Containers;

public sealed class ContainerOfKilledStarterTests : IAsyncLifetime
{
    private readonly ScratchDirectory _scratch = new();

    public async Task InitializeAsync()
    {
        await Docker.NeedAsync("postgres:17");
        await Docker.NeedAsync("rabbitmq:4-management");
    }

    public Task DisposeAsync()
    {
        _scratch.Dispose();
        return Task.CompletedTask;
    }

    [ContainerFact]
    public async Task Containers_and_their_data_do_not_outlive_a_killed_process()
    {
        using var starter = Process.Start(new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, _scratch.Path, "containers"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        var directories = (await starter.StandardOutput.ReadLineAsync())!.Split(' ');
        Assert.Equal(2, (await Docker.ImagesOnAsync(_scratch.Path)).Count);

        starter.Kill();

        Assert.True(await Docker.NoneOnAsync(_scratch.Path), "containers are left");
        Assert.True(await ProcessesOf.NoneUnderAsync(directories), "processes or data are left");
    }
}
