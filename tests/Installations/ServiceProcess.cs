using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Headgate.Tests.Installations;

/// <summary>A service as a process of its own, as an installation runs it.</summary>
public sealed partial class ServiceProcess : IAsyncDisposable
{
    readonly Process _process;
    readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly ConcurrentQueue<string> _output = new();
    readonly TaskCompletionSource<string> _halted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    ServiceProcess(Process process) => _process = process;

    /// <summary>Where it listens: the port is the kernel's choice, and told by the service itself.</summary>
    public Uri Address { get; private set; } = null!;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Of one that has exited; 128 and the signal's number, if a signal ended it.</summary>
    public int ExitCode => _process.ExitCode;

    public string Output => string.Join('\n', _output);

    /// <param name="folder">The service's folder.</param>
    /// <param name="assembly">Its program.</param>
    /// <param name="environment">What it is told.</param>
    /// <param name="at">Where it is; null: on this machine's loopback, like all it talks to.</param>
    public static async Task<ServiceProcess> StartAsync(
        string folder, string assembly, IReadOnlyDictionary<string, string> environment, Outpost? at = null)
    {
        var start = Start(folder, assembly, at?.Environment ?? environment, [.. at?.Enter ?? []]);
        start.Environment["ASPNETCORE_URLS"] = $"http://{at?.Address ?? IPAddress.Loopback}:0";
        var service = new ServiceProcess(Process.Start(start)!);
        service.Listen();
        await service.ReadyAsync();
        return service;
    }

    /// <summary>Waits until the process has halted at a fault point, and returns which.</summary>
    public Task<string> HaltedAsync() => SaysAsync(_halted.Task, "did not come to the point where it was to halt");

    /// <summary>What the service says of its own health; for whoever reads why something failed.</summary>
    public async Task<string> HealthAsync()
    {
        try
        {
            using var http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(5) };
            using var answer = await http.GetAsync("/health/ready");
            return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return $"no answer ({error.GetType().Name})";
        }
    }

    /// <summary>SIGSTOP: it stands still with all that it holds.</summary>
    public void Freeze() => Signal(19);

    /// <summary>SIGCONT.</summary>
    public void Thaw() => Signal(18);

    /// <summary>Waits until it has ended and all that it wrote is here.</summary>
    public Task ExitedAsync() => _process.WaitForExitAsync();

    /// <summary>kill -9, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    async Task<T> SaysAsync<T>(Task<T> line, string otherwise)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var end = _process.WaitForExitAsync(patience.Token);
        if (await Task.WhenAny(line, end) == line) return await line;
        throw new InvalidOperationException($"The service {(_process.HasExited ? "ended" : otherwise)}:\n{Output}");
    }

    async Task ReadyAsync()
    {
        Address = await SaysAsync(_address.Task, "does not listen");
        using var http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(5) };
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (!_process.HasExited)
        {
            try
            {
                if ((await http.GetAsync("/health/ready", patience.Token)).StatusCode == HttpStatusCode.OK) return;
            }
            catch (Exception error) when (error is HttpRequestException or TaskCanceledException && !patience.IsCancellationRequested)
            {
                // Not listening yet, or too busy with starting to answer.
            }

            await Task.Delay(100, patience.Token);
        }

        throw new InvalidOperationException($"The service ended before it was ready:\n{Output}");
    }

    void Listen()
    {
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    void Keep(string? line)
    {
        if (line is null) return;
        _output.Enqueue(line);
        if (Listening().Match(line) is { Success: true } told) _address.TrySetResult(new Uri(told.Groups[1].Value));
        if (line.StartsWith("halted at ", StringComparison.Ordinal)) _halted.TrySetResult(line["halted at ".Length..]);
    }

    void Signal(int signal)
    {
        if (!_process.HasExited && Kill(_process.Id, signal) != 0)
            throw new InvalidOperationException($"The process could not be signaled (errno {Marshal.GetLastPInvokeError()}).");
    }

    [GeneratedRegex("Now listening on: (http://[0-9.]+:[0-9]+)")]
    private static partial Regex Listening();

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);

    static ProcessStartInfo Start(string folder, string assembly, IReadOnlyDictionary<string, string> environment, string[] enter)
    {
        string[] words = [.. enter, "dotnet", Path.Combine(FolderOf(folder), $"{assembly}.dll")];
        var start = new ProcessStartInfo(words[0], words[1..]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return start;
    }

    // Compiled ahead by `./headgate test`, or as built.
    static string FolderOf(string service)
    {
        if (Environment.GetEnvironmentVariable("HEADGATE_TEST_SERVICES") is { Length: > 0 } ahead) return ahead;
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Repository.Root, "services", service, "bin", output.Parent!.Name, output.Name);
    }
}
