using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Headgate.Rpc.Tests.Fuzz;

/// <summary>Bytes that are no whole HTTP, to the bare port.</summary>
sealed class RawAttacks(Uri address)
{
    static readonly byte[] Preface = Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    public Task RandomBytesAsync(Random random) => SendAsync(Bytes(random, random.Next(1, 5000)), random);

    /// <summary>A connection of HTTP/2 that begins well.</summary>
    public Task Http2FramesAsync(Random random)
    {
        var bytes = new List<byte>(Preface);
        if (random.Next(4) > 0) bytes.AddRange(Frame(4, 0, 0, []));
        for (var frames = random.Next(1, 20); frames > 0; frames--)
            bytes.AddRange(Frame((byte)random.Next(12), (byte)random.Next(256), random.Next(0, 9), Bytes(random, random.Next(0, 200))));
        if (random.Next(2) == 0) bytes.RemoveRange(random.Next(bytes.Count), 1);
        return SendAsync([.. bytes], random);
    }

    /// <summary>A request of HTTP/1.1 whose body does not have the length it says.</summary>
    public Task CutRequestAsync(Random random)
    {
        var type = random.Next(3) switch { 0 => "application/json", 1 => "application/connect+json", _ => "application/grpc" };
        var length = random.Next(4) == 0 ? $"{random.NextInt64()}" : $"{random.Next(0, 200)}";
        var large = random.Next(4) == 0 ? $"X-Large: {new string('z', 50_000)}\r\n" : "";
        var head = $"POST /headgate.rpc.testing.v1.ProbeService/Echo HTTP/1.1\r\nHost: a\r\n{large}Content-Type: {type}\r\nContent-Length: {length}\r\n\r\n";
        return SendAsync([.. Encoding.ASCII.GetBytes(head), .. Bytes(random, random.Next(0, 100))], random);
    }

    static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(0), payload.Length << 8);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }

    static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    async Task SendAsync(byte[] bytes, Random random)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port);
        await using var stream = socket.GetStream();
        try
        {
            await stream.WriteAsync(bytes);
            // Half of them leave without a word, half see how the server ends it.
            if (random.Next(2) == 0) return;
            socket.Client.Shutdown(SocketShutdown.Send);
            var answer = new byte[4096];
            while (await stream.ReadAsync(answer) > 0)
            {
            }
        }
        catch (IOException)
        {
            // The server has cut it off.
        }
    }
}
