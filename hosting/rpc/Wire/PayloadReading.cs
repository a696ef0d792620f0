using System.Buffers;
using Grpc.Core;

namespace Headgate.Rpc.Wire;

/// <summary>A payload as a marshaller reads it.</summary>
sealed class PayloadReading(ReadOnlySequence<byte> payload) : DeserializationContext
{
    public override int PayloadLength => (int)payload.Length;

    public override byte[] PayloadAsNewBuffer() => payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => payload;

    /// <summary>Reads the message out of a frame.</summary>
    /// <exception cref="RpcException">The frame is compressed as the call is not, or is no such message.</exception>
    public static T Message<T>(Frame frame, string? encoding, int? limit, Func<DeserializationContext, T> deserializer)
    {
        var payload = frame.Payload;
        if ((frame.Flags & Frame.Compressed) != 0)
        {
            if (encoding != ProtocolHeaders.Gzip) throw WireErrors.Malformed("A message is compressed, and its headers do not say how.");
            payload = Gzip.Decompress(payload, limit);
        }

        try
        {
            return deserializer(new PayloadReading(payload));
        }
        catch (Exception error) when (error is not RpcException)
        {
            throw new RpcException(new Status(StatusCode.Internal, "The message is not one of its type.", error));
        }
    }
}
