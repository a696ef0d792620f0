using System.Collections.Concurrent;
using System.Security.Cryptography;
using Grpc.Core;
using Headgate.JobCoordinator.Access.Errors;
using Headgate.JobCoordinator.Calls;
using Headgate.Relay.V1;

namespace Headgate.JobCoordinator.Relaying;

/// <summary>
/// The calls that are held for clients while workers serve them. A worker shows the number of the call, which nobody can guess, and which is good
/// once.
/// </summary>
sealed class OpenStreams
{
    const string Header = "headgate-stream";

    /// <summary>Each is a connection, and a part of a stream that a client may be slow to take.</summary>
    const int Most = 64;

    /// <summary>So that no one of them, slow or careless, keeps all others from theirs.</summary>
    const int MostOfCaller = 16;

    readonly ConcurrentDictionary<Guid, OpenStream> _waiting = new();
    readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);
    readonly Lock _counting = new();
    int _all;

    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: so many are open as one coordinator holds, or as one caller may have.</exception>
    public OpenStream Open(string caller, ServeResponse work)
    {
        lock (_counting)
        {
            if (_all >= Most) throw Exhausted($"This coordinator gives {Most} streams of records already, which is the most at a time.");
            var open = _open.GetValueOrDefault(caller);
            if (open >= MostOfCaller)
                throw Exhausted($"This coordinator gives {MostOfCaller} streams of records to the same key already, which is the most at a time.");
            (_all, _open[caller]) = (_all + 1, open + 1);
        }

        var stream = new OpenStream(new Guid(RandomNumberGenerator.GetBytes(16)), work, closed => Close(closed, caller));
        _waiting[stream.Id] = stream;
        return stream;
    }

    /// <summary>The stream whose number a worker shows.</summary>
    /// <exception cref="RpcException">UNAUTHENTICATED: there is none, or it is served, or given up.</exception>
    public OpenStream Take(Metadata headers) =>
        Guid.TryParseExact(headers.GetValue(Header), "N", out var id) && _waiting.TryRemove(id, out var stream) ? stream : throw AccessErrors.NoStream();

    void Close(OpenStream stream, string caller)
    {
        _waiting.TryRemove(stream.Id, out _);
        lock (_counting)
        {
            _all--;
            if (--_open[caller] == 0) _open.Remove(caller);
        }
    }

    static RpcException Exhausted(string sentence) => CallErrors.Error(StatusCode.ResourceExhausted, sentence);
}
