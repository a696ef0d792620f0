using System.ComponentModel;
using System.Diagnostics;

namespace Headgate.PrivateServers.Tests.Containers;

/// <summary>Asks the engine as an operator would, without the code under test.</summary>
internal static class Docker
{
    public static async Task NeedAsync(string image)
    {
        var (engine, reason) = await RunAsync("version", "--format", "{{.Server.Version}}");
        Assert.True(engine == 0, $"No Docker engine answers ({reason}). Start one (systemctl start docker; apt-get install docker.io).");
        if ((await RunAsync("image", "inspect", "--format", "{{.Id}}", image)).ExitCode == 0)
            return;
        var (pulled, why) = await RunAsync("pull", "--quiet", image);
        Assert.True(pulled == 0, $"The Docker engine has no image {image} and cannot get it ({why}): docker pull {image}");
    }

    /// <summary>The image of every container, running or not, that has something mounted from this directory.</summary>
    public static async Task<IReadOnlyList<string>> ImagesOnAsync(string directory)
    {
        var (_, containers) = await RunAsync("container", "ls", "--all", "--no-trunc", "--format", "{{.Image}} {{.Mounts}}");
        return [.. containers.Split('\n').Where(line => line.Contains(directory, StringComparison.Ordinal)).Select(line => line.Split(' ')[0])];
    }

    /// <summary>Waits until no container is left that has something mounted from this directory.</summary>
    public static async Task<bool> NoneOnAsync(string directory)
    {
        var started = TimeProvider.System.GetTimestamp();
        while ((await ImagesOnAsync(directory)).Count > 0)
        {
            if (TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromSeconds(30))
                return false;
            await Task.Delay(50);
        }

        return true;
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("docker", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return (process.ExitCode, $"{await output}{await errors}".Trim());
        }
        catch (Win32Exception error)
        {
            return (-1, error.Message);
        }
    }
}
