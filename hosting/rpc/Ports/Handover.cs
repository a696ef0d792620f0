using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Headgate.Rpc.Ports;

/// <summary>
/// The way of a connection from the endpoint that accepted it to the one that serves HTTP/2: Kestrel fixes the protocol of a cleartext
/// endpoint before it has seen a byte.
/// </summary>
sealed class Handover(string name) : EndPoint
{
    readonly Channel<ConnectionContext> connections = Channel.CreateUnbounded<ConnectionContext>();

    public ChannelReader<ConnectionContext> Connections => connections.Reader;

    /// <summary>False: the server stops.</summary>
    public bool TryAdd(ConnectionContext connection) => connections.Writer.TryWrite(connection);

    public void Close() => connections.Writer.TryComplete();

    public override string ToString() => name;
}
