using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Grpc.Core;

namespace Headgate.Rpc.Wire;

/// <summary>A frame as a marshaller writes it: complete in memory first, so that one that fails leaves nothing half sent.</summary>
sealed class PayloadWriting : SerializationContext
{
    readonly ArrayBufferWriter<byte> frame = new();
    bool complete;

    PayloadWriting() => frame.Advance(HeaderSpan());

    /// <summary>The frame of a message.</summary>
    /// <exception cref="RpcException">The message is larger than the limit.</exception>
    public static ReadOnlyMemory<byte> Message<T>(T message, Action<T, SerializationContext> serializer, int? limit, CompressionLevel? gzip = null)
    {
        var writing = new PayloadWriting();
        serializer(message, writing);
        if (!writing.complete) throw new InvalidOperationException("The message's serializer did not complete.");
        var size = writing.frame.WrittenCount - Frame.HeaderSize;
        if (size > limit) throw WireErrors.SendingTooLarge(size, limit.Value);
        return gzip is { } level ? writing.Compress(level) : writing.Plain(size);
    }

    public override void SetPayloadLength(int payloadLength)
    {
        if (payloadLength > 0) frame.GetSpan(payloadLength);
    }

    public override IBufferWriter<byte> GetBufferWriter() => frame;

    public override void Complete(byte[] payload)
    {
        frame.Write(payload);
        complete = true;
    }

    public override void Complete() => complete = true;

    int HeaderSpan() => frame.GetSpan(Frame.HeaderSize)[..Frame.HeaderSize].Length;

    ReadOnlyMemory<byte> Plain(int size)
    {
        var memory = System.Runtime.InteropServices.MemoryMarshal.AsMemory(frame.WrittenMemory);
        memory.Span[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(memory.Span[1..], (uint)size);
        return memory;
    }

    ReadOnlyMemory<byte> Compress(CompressionLevel level)
    {
        var compressed = new ArrayBufferWriter<byte>();
        Frame.Write(compressed, Frame.Compressed, Gzip.Compress(frame.WrittenSpan[Frame.HeaderSize..], level));
        return compressed.WrittenMemory;
    }
}
