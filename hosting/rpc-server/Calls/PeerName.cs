using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Headgate.Rpc.Server.Calls;

/// <summary>The other side of a connection, as gRPC writes it.</summary>
static class PeerName
{
    public static string Of(ConnectionInfo connection) => connection.RemoteIpAddress switch
    {
        null => "unknown",
        { AddressFamily: AddressFamily.InterNetwork } address => $"ipv4:{address}:{connection.RemotePort}",
        var address => $"ipv6:[{address}]:{connection.RemotePort}",
    };
}
