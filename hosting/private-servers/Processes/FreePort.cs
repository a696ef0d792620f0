using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Headgate.PrivateServers.Processes;

/// <summary>Ports below the range that the kernel gives to outgoing connections, so that none of these takes one between two starts.</summary>
internal static class FreePort
{
    private const int Lowest = 20_000;
    private const int Highest = 32_000;

    public static int Next()
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var port = RandomNumberGenerator.GetInt32(Lowest, Highest);
            if (IsFree(port))
                return port;
        }

        throw new ServerStartException($"No free port between {Lowest} and {Highest} on 127.0.0.1.");
    }

    /// <param name="wanted">The port of the last start; zero for none.</param>
    public static int Or(int wanted) => wanted > 0 && IsFree(wanted) ? wanted : Next();

    public static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
