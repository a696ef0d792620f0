using System.Diagnostics;

namespace Headgate.PrivateServers.Tests;

public sealed class KilledStarterTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Servers_and_their_data_do_not_outlive_a_killed_process()
    {
        using var starter = Process.Start(new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, _scratch.Path])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        var directories = (await starter.StandardOutput.ReadLineAsync())!.Split(' ');
        Assert.All(directories, directory => Assert.NotEmpty(ProcessesOf.Under(directory)));

        starter.Kill();

        Assert.True(await ProcessesOf.NoneUnderAsync(directories), "processes are left");
        Assert.All(directories, directory => Assert.False(Directory.Exists(directory)));
    }
}
