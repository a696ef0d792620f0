using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Headgate.Bench.Calls;

/// <summary>Messages of a stream, which gRPC and Connect put into the same five bytes and the message.</summary>
static class Envelopes
{
    const int Head = 5;

    public static byte[] Of(byte[] message)
    {
        var envelope = new byte[Head + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(envelope.AsSpan(1), message.Length);
        message.CopyTo(envelope, Head);
        return envelope;
    }

    /// <summary>Each message, to be looked at before the next one is asked for.</summary>
    public static async IAsyncEnumerable<ReadOnlySequence<byte>> ReadAsync(Stream body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(body);
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var rest = result.Buffer;
            while (TryTake(ref rest, out var flags, out var message))
            {
                // The end of a stream of Connect.
                if ((flags & 2) != 0) throw new BenchException($"The stream has ended: {System.Text.Encoding.UTF8.GetString(message.ToArray())}");
                yield return message;
            }

            reader.AdvanceTo(rest.Start, rest.End);
            if (result.IsCompleted) throw new BenchException("The stream has ended.");
        }
    }

    static bool TryTake(ref ReadOnlySequence<byte> buffer, out byte flags, out ReadOnlySequence<byte> message)
    {
        (flags, message) = (0, default);
        if (buffer.Length < Head) return false;
        Span<byte> head = stackalloc byte[Head];
        buffer.Slice(0, Head).CopyTo(head);
        var length = BinaryPrimitives.ReadInt32BigEndian(head[1..]);
        if (buffer.Length < Head + length) return false;
        (flags, message) = (head[0], buffer.Slice(Head, length));
        buffer = buffer.Slice(Head + length);
        return true;
    }
}
