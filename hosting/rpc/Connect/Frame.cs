using System.Buffers;
using System.Buffers.Binary;

namespace Headgate.Rpc.Connect;

/// <summary>A message on the wire: a byte of flags, four of length, the payload. The Connect protocol's envelopes are the same.</summary>
readonly record struct Frame(byte Flags, ReadOnlySequence<byte> Payload)
{
    public const int HeaderSize = 5;
    public const byte Compressed = 1;

    /// <summary>Takes a frame from the front of what has come. False: more has to come.</summary>
    /// <exception cref="Grpc.Core.RpcException">The payload is larger than the limit. Found before the payload has come.</exception>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, int? limit, out Frame frame)
    {
        frame = default;
        if (buffer.Length < HeaderSize) return false;
        Span<byte> header = stackalloc byte[HeaderSize];
        buffer.Slice(0, HeaderSize).CopyTo(header);
        var length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (length > (limit ?? int.MaxValue)) throw WireErrors.ReceivedTooLarge(limit ?? int.MaxValue);
        if (buffer.Length < HeaderSize + length) return false;
        frame = new Frame(header[0], buffer.Slice(HeaderSize, length));
        buffer = buffer.Slice(HeaderSize + length);
        return true;
    }

    public static void Write(IBufferWriter<byte> output, byte flags, ReadOnlySpan<byte> payload)
    {
        var header = output.GetSpan(HeaderSize);
        header[0] = flags;
        BinaryPrimitives.WriteUInt32BigEndian(header[1..], (uint)payload.Length);
        output.Advance(HeaderSize);
        output.Write(payload);
    }
}
