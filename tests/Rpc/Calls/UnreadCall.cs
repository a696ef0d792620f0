using System.Net;
using System.Net.Sockets;
using System.Text;
using Headgate.Rpc.Tests.Probe;

namespace Headgate.Rpc.Tests.Calls;

/// <summary>A call whose client never reads a byte of what comes, and does not go away.</summary>
sealed class UnreadCall : IDisposable
{
    const byte Headers = 1;
    const byte Settings = 4;
    const byte EndHeaders = 4;
    const byte EndStream = 1;
    const byte WindowUpdate = 8;

    readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };

    UnreadCall()
    {
    }

    /// <summary>By gRPC. The window is large, so that it is the connection that is full.</summary>
    public static async Task<UnreadCall> GrpcAsync(ProbeServer server, string method, byte[] frame)
    {
        byte[] head =
        [
            .. Field(":method", "POST"), .. Field(":scheme", "http"), .. Field(":path", $"/headgate.rpc.testing.v1.ProbeService/{method}"),
            .. Field(":authority", "a"), .. Field("content-type", "application/grpc"), .. Field("te", "trailers"),
        ];
        return await SendAsync(
            server,
            [
                .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, 0, [0, 4, 0x7f, 0xff, 0xff, 0xff]),
                .. Frame(WindowUpdate, 0, 0, [0x7f, 0, 0, 0]), .. Frame(Headers, EndHeaders, 1, head), .. Frame(0, EndStream, 1, frame),
            ]);
    }

    /// <summary>By Connect, as HTTP/1.1.</summary>
    public static Task<UnreadCall> ConnectAsync(ProbeServer server, string method, byte[] envelope) => SendAsync(
        server,
        [
            .. Encoding.ASCII.GetBytes($"POST /headgate.rpc.testing.v1.ProbeService/{method} HTTP/1.1\r\nHost: a\r\nContent-Type: application/connect+json\r\n"),
            .. Encoding.ASCII.GetBytes($"Content-Length: {envelope.Length}\r\n\r\n"), .. envelope,
        ]);

    /// <summary>Until the handler waits for its client to read: it has written, and writes no more.</summary>
    public static async Task FullAsync(ProbeCall probe)
    {
        await probe.StartedAsync;
        for (var written = -1; written != probe.Written || written == 0;)
        {
            written = probe.Written;
            await Task.Delay(100);
        }
    }

    /// <summary>Reads after all, until the server's end of the connection.</summary>
    public async Task EndAsync()
    {
        var buffer = new byte[65536];
        try
        {
            while (await socket.ReceiveAsync(buffer) > 0) { }
        }
        catch (SocketException)
        {
            // It was ended in the middle.
        }
    }

    public void Dispose() => socket.Dispose();

    static async Task<UnreadCall> SendAsync(ProbeServer server, byte[] request)
    {
        var call = new UnreadCall();
        await call.socket.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        await call.socket.SendAsync(request);
        return call;
    }

    // A literal that is not indexed, and no Huffman code: nothing has to be kept in step.
    static byte[] Field(string name, string value) => [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];

    static byte[] Frame(byte type, byte flags, byte stream, byte[] payload) =>
        [0, (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, 0, 0, 0, stream, .. payload];
}
