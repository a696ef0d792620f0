using System.Net;
using Npgsql;

namespace Headgate.Tests.Installations;

/// <summary>
/// A place for a worker that can be cut off from the broker, or from the destination, without a word: a network namespace of its own with
/// a cable for each line, or, where none can be made, relays that hang.
/// </summary>
public sealed class Outpost : IAsyncDisposable
{
    static readonly OutpostLine[] Lines = Enum.GetValues<OutpostLine>();

    readonly NetworkNamespace? _namespace;
    readonly List<(OutpostLine Line, Network Relay)> _relays = [];
    readonly Dictionary<OutpostLine, List<Action>> _cut = [];
    readonly Dictionary<string, string> _environment;

    Outpost(NetworkNamespace? made, IReadOnlyDictionary<string, string> environment)
    {
        _namespace = made;
        _environment = new Dictionary<string, string>(environment, StringComparer.Ordinal);
        foreach (var (name, line) in (ReadOnlySpan<(string, OutpostLine)>)
            [("HEADGATE_STATE", OutpostLine.Home), ("TEST_SOURCE", OutpostLine.Home), ("TEST_DESTINATION", OutpostLine.Destination)])
        {
            var settings = new NpgsqlConnectionStringBuilder(_environment[name]);
            (settings.Host, settings.Port) = Lead(line, settings.Port);
            _environment[name] = settings.ConnectionString;
        }

        var broker = new UriBuilder(_environment["HEADGATE_AMQP"]);
        (broker.Host, broker.Port) = Lead(OutpostLine.Broker, broker.Port);
        _environment["HEADGATE_AMQP"] = broker.Uri.ToString();
    }

    /// <summary>How it is cut off.</summary>
    public string Means => _namespace is null ? "relay" : "cable";

    /// <summary>What a service is to be told there.</summary>
    internal IReadOnlyDictionary<string, string> Environment => _environment;

    /// <summary>Where a service listens there.</summary>
    internal IPAddress Address => _namespace?.Far((int)OutpostLine.Home) ?? IPAddress.Loopback;

    /// <summary>What starts a program there.</summary>
    internal IEnumerable<string> Enter => _namespace?.Enter ?? [];

    /// <param name="environment">An installation's; what it names is on this machine's loopback.</param>
    public static async Task<Outpost> SetUpAsync(IReadOnlyDictionary<string, string> environment) =>
        new(await NetworkNamespace.MakeAsync(Lines.Length), environment);

    /// <summary>By which ports the destination knows those who are here.</summary>
    public IReadOnlyList<int> PortsAtDestination =>
        [.. _relays.Where(entry => entry.Line == OutpostLine.Destination).SelectMany(entry => entry.Relay.ClientPorts)];

    public async Task CutAsync(OutpostLine line)
    {
        _cut[line] = [];
        if (_namespace is null) _cut[line].AddRange(_relays.Where(entry => entry.Line == line).Select(entry => entry.Relay.Cut()));
        else await _namespace.PullAsync((int)line);
    }

    /// <summary>All that was cut is whole again, and what waited there goes on.</summary>
    public async Task MendAsync()
    {
        foreach (var (line, goOn) in _cut)
        {
            if (_namespace is not null) await _namespace.PlugAsync((int)line);
            foreach (var relay in goOn) relay();
        }

        _cut.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, relay) in _relays) await relay.DisposeAsync();
        if (_namespace is not null) await _namespace.DisposeAsync();
    }

    (string Host, int Port) Lead(OutpostLine line, int server)
    {
        var near = _namespace?.Near((int)line) ?? IPAddress.Loopback;
        var relay = new Network(server, near);
        _relays.Add((line, relay));
        return (near.ToString(), relay.Port);
    }
}
