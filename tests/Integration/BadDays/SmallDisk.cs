using System.Diagnostics;

namespace Headgate.Integration.Tests.BadDays;

/// <summary>A file system of a few megabytes, which can be made larger or smaller while it is in use.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    SmallDisk(string path) => Path = path;

    public string Path { get; }

    public static async Task<SmallDisk> MountAsync(int megabytes)
    {
        var disk = new SmallDisk(Directory.CreateTempSubdirectory("headgate-small-disk-").FullName);
        var (exitCode, output) = await RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=0777", "headgate-test", disk.Path);
        if (exitCode != 0)
        {
            Directory.Delete(disk.Path);
            Assert.Fail($"This test fills a disk of its own, a tmpfs, and only root may mount one: run the tests as root (sudo ./headgate test). {output}");
        }

        return disk;
    }

    public async Task ResizeAsync(int megabytes) => Assert.True(await TryResizeAsync(megabytes));

    /// <summary>False: more than that is used.</summary>
    public async Task<bool> TryResizeAsync(int megabytes) => (await RunAsync("mount", "-o", $"remount,size={megabytes}m", Path)).ExitCode == 0;

    /// <summary>Gives a directory the owner that another one has: a server takes no directory of somebody else's.</summary>
    public static async Task GiveToOwnerOfAsync(string directory, string other)
    {
        var (exitCode, output) = await RunAsync("chown", $"--reference={other}", directory);
        Assert.True(exitCode == 0, output);
    }

    public async ValueTask DisposeAsync()
    {
        // Lazily: whoever has a file open there keeps it until it ends.
        await RunAsync("umount", "-l", Path);
        Directory.Delete(Path);
    }

    static async Task<(int ExitCode, string Output)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        var output = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
