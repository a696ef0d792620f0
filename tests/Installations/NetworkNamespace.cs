using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;

namespace Headgate.Tests.Installations;

/// <summary>
/// A network of its own for a process, which has nothing but cables to this machine that can be pulled one by one: what is under way is
/// lost without a word, and whoever sends goes on sending. It is gone with this process, however that ends.
/// </summary>
sealed class NetworkNamespace : IAsyncDisposable
{
    static readonly string[] Tools = ["unshare", "nsenter", "ip"];

    readonly Process _holder;
    readonly string _name = RandomNumberGenerator.GetHexString(8, lowercase: true);
    readonly int _block = RandomNumberGenerator.GetInt32(1 << 13);

    NetworkNamespace(Process holder) => _holder = holder;

    /// <summary>Null: none can be made here, where only root can.</summary>
    public static async Task<NetworkNamespace?> MakeAsync(int cables)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !Array.TrueForAll(Tools, IsThere)) return null;
        // Ends when its standard input does, and with it the namespace and its cables.
        var start = new ProcessStartInfo("unshare", ["--net", "cat"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var made = new NetworkNamespace(Process.Start(start)!);
        if (await made.IsThereAsync() && await made.LayAsync(cables)) return made;
        await made.DisposeAsync();
        return null;
    }

    /// <summary>This machine's end of a cable.</summary>
    public IPAddress Near(int cable) => Address(cable, 1);

    /// <summary>The namespace's end of a cable.</summary>
    public IPAddress Far(int cable) => Address(cable, 2);

    public Task PullAsync(int cable) => SetAsync(cable, "down");

    public Task PlugAsync(int cable) => SetAsync(cable, "up");

    /// <summary>What starts a program in it; the process is the program's own.</summary>
    public IEnumerable<string> Enter => ["nsenter", $"--net=/proc/{_holder.Id.ToString(CultureInfo.InvariantCulture)}/ns/net", "--"];

    public async ValueTask DisposeAsync()
    {
        _holder.StandardInput.Close();
        await _holder.WaitForExitAsync();
        _holder.Dispose();
    }

    // What it is told comes back once it stands in its namespace.
    async Task<bool> IsThereAsync()
    {
        try
        {
            await _holder.StandardInput.WriteLineAsync("there");
            await _holder.StandardInput.FlushAsync();
            return await _holder.StandardOutput.ReadLineAsync() == "there";
        }
        catch (IOException)
        {
            // It may make none, and has ended.
            return false;
        }
    }

    async Task<bool> LayAsync(int cables)
    {
        var numbers = Enumerable.Range(0, cables).ToArray();
        var here = numbers.SelectMany(cable => (string[])
        [
            $"link add {NameOf(cable)} type veth peer name cable{cable} netns {_holder.Id}",
            $"address add {Near(cable)}/30 dev {NameOf(cable)}",
            $"link set {NameOf(cable)} up",
        ]);
        var there = numbers.SelectMany(cable => (string[])[$"address add {Far(cable)}/30 dev cable{cable}", $"link set cable{cable} up"]);
        return await RunAsync(["ip"], here) && await RunAsync([.. Enter, "ip"], [.. there, "link set lo up"]);
    }

    async Task SetAsync(int cable, string how) =>
        Assert.True(await RunAsync(["ip"], [$"link set {NameOf(cable)} {how}"]), $"cable {cable} could not be set {how}");

    static bool IsThere(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, tool)));

    string NameOf(int cable) => $"hg{_name}{cable}";

    // 198.18.0.0/15 is set aside for tests; sixteen addresses each.
    IPAddress Address(int cable, int end)
    {
        var at = (_block * 16) + (cable * 4) + end;
        return new IPAddress([198, (byte)(18 + (at >> 16)), (byte)(at >> 8), (byte)at]);
    }

    static async Task<bool> RunAsync(IReadOnlyList<string> program, IEnumerable<string> commands)
    {
        var start = new ProcessStartInfo(program[0], [.. program.Skip(1), "-batch", "-"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        foreach (var command in commands) await process.StandardInput.WriteLineAsync(command);
        process.StandardInput.Close();
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) await Console.Error.WriteLineAsync($"ip: {said}");
        return process.ExitCode == 0;
    }
}
