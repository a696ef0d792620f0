using System.Globalization;
using System.Net;
using Headgate.PrivateServers.Processes;

namespace Headgate.Bench.Processes;

/// <summary>A service of Headgate as a process of its own, as an installation runs it. It does not outlive the benchmark.</summary>
sealed class ServiceProcess : IAsyncDisposable
{
    static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(15);
    readonly ProcessIdentity _process;
    readonly string _log;

    ServiceProcess(string name, Uri address, ProcessIdentity process, string log) => (Name, Address, _process, _log) = (name, address, process, log);

    public string Name { get; }

    public Uri Address { get; }

    public static Task<ServiceProcess> StartAsync(
        string name, string assembly, string directory, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken) =>
        StartAsync(name, [assembly], directory, environment, cancellationToken);

    /// <param name="name">How it is called.</param>
    /// <param name="arguments">The assembly, and what is said to it.</param>
    /// <param name="directory">Where its log lies.</param>
    /// <param name="environment">All of its environment but the address.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<ServiceProcess> StartAsync(
        string name, IReadOnlyList<string> arguments, string directory, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var log = Path.Combine(directory, $"{name}.log");
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var process = await new ServerCommandLine
        {
            Program = "dotnet",
            Arguments = arguments,
            Environment = new Dictionary<string, string>(environment, StringComparer.Ordinal) { ["ASPNETCORE_URLS"] = address.ToString() },
            WorkingDirectory = directory,
            LogFile = log,
            ParentDeathSignal = "KILL",
        }.StartAsync();
        var service = new ServiceProcess(name, address, process, log);
        try
        {
            await service.ReadyAsync(address, cancellationToken);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Forgets the highest resident size so far.</summary>
    public Task ResetPeakAsync(CancellationToken cancellationToken) =>
        File.WriteAllTextAsync($"/proc/{_process.Pid}/clear_refs", "5", cancellationToken);

    /// <summary>The highest resident size since the last reset, in MB.</summary>
    public async Task<double> PeakMegabytesAsync(CancellationToken cancellationToken)
    {
        var lines = await File.ReadAllLinesAsync($"/proc/{_process.Pid}/status", cancellationToken);
        var peak = lines.Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return long.Parse(peak, CultureInfo.InvariantCulture) * 1024 / 1e6;
    }

    public async ValueTask DisposeAsync()
    {
        Posix.Signal(_process, Posix.Terminate);
        if (!await Wait.UntilAsync(() => !_process.IsRunning(), StopPatience)) Posix.Signal(_process, Posix.Kill);
        await Wait.UntilAsync(() => !_process.IsRunning(), StopPatience);
    }

    /// <summary>The end of its log, for an error that names it.</summary>
    public string LastWords() => File.Exists(_log) ? string.Join('\n', File.ReadAllLines(_log).TakeLast(20)) : "";

    async Task ReadyAsync(Uri address, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(5) };
        var ready = await Wait.UntilAsync(() => AnswersAsync(http, cancellationToken), StartPatience, cancellationToken);
        if (!ready) throw new BenchException($"{Name} was not ready within {StartPatience.TotalSeconds:0} s:\n{LastWords()}");
    }

    async Task<bool> AnswersAsync(HttpClient http, CancellationToken cancellationToken)
    {
        if (!_process.IsRunning()) throw new BenchException($"{Name} ended while starting:\n{LastWords()}");
        try
        {
            using var answer = await http.GetAsync("/health/ready", cancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception error) when (error is HttpRequestException || (error is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Not listening yet.
            return false;
        }
    }
}
