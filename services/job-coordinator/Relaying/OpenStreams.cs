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

    readonly ConcurrentDictionary<Guid, OpenStream> _waiting = new();
    int _open;

    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: so many are open as one coordinator holds.</exception>
    public OpenStream Open(ServeResponse work)
    {
        if (Interlocked.Increment(ref _open) > Most)
        {
            Interlocked.Decrement(ref _open);
            throw CallErrors.Error(StatusCode.ResourceExhausted, $"This coordinator gives {Most} streams of records already, which is the most at a time.");
        }

        var stream = new OpenStream(new Guid(RandomNumberGenerator.GetBytes(16)), work, Close);
        _waiting[stream.Id] = stream;
        return stream;
    }

    /// <summary>The stream whose number a worker shows.</summary>
    /// <exception cref="RpcException">UNAUTHENTICATED: there is none, or it is served, or given up.</exception>
    public OpenStream Take(Metadata headers) =>
        Guid.TryParseExact(headers.GetValue(Header), "N", out var id) && _waiting.TryRemove(id, out var stream) ? stream : throw AccessErrors.NoStream();

    void Close(OpenStream stream)
    {
        _waiting.TryRemove(stream.Id, out _);
        Interlocked.Decrement(ref _open);
    }
}
