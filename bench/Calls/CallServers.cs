using System.Reflection;
using Headgate.Bench.Processes;
using Headgate.Bench.Stack;
using Headgate.PrivateServers.Processes;

namespace Headgate.Bench.Calls;

/// <summary>One server of each composition, all at the same time, of which one has something to do.</summary>
sealed class CallServers : IAsyncDisposable
{
    public const string Calls = "calls";
    public const string Streams = "streams";

    readonly Dictionary<CallComposition, (ServiceProcess Process, int Http2Port)> _servers = [];

    public static async Task<CallServers> StartAsync(
        Installation installation, string content, IEnumerable<CallComposition> compositions, string? answers, CancellationToken cancellationToken)
    {
        var servers = new CallServers();
        try
        {
            foreach (var composition in compositions)
            {
                var port = FreePort.Next();
                var environment = new Dictionary<string, string>(installation.ServiceEnvironment, StringComparer.Ordinal)
                {
                    [CallServer.Http2Port] = $"{port}",
                    [CallServer.Answers] = answers ?? "",
                };
                var process = await ServiceProcess.StartAsync(
                    $"{content}-{composition}", [Assembly.GetExecutingAssembly().Location, CallServer.Verb, $"{composition}", content], installation.Scratch, environment,
                    cancellationToken);
                servers._servers.Add(composition, (process, port));
            }

            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where a composition listens for a protocol.</summary>
    public string AddressOf(CallComposition composition, bool isGrpc)
    {
        var (process, port) = _servers[composition];
        var hasOnePort = composition is CallComposition.Headgate or CallComposition.AccessAlone;
        return isGrpc && !hasOnePort ? $"http://127.0.0.1:{port}" : process.Address.GetLeftPart(UriPartial.Authority);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (process, _) in _servers.Values) await process.DisposeAsync();
        _servers.Clear();
    }
}
