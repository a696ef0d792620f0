using System.Buffers;
using System.IO.Compression;
using Grpc.Core;

namespace Headgate.Rpc.Connect;

/// <summary>Gzip with a bound on what comes out of it.</summary>
static class Gzip
{
    const int ChunkSize = 16 * 1024;

    /// <exception cref="RpcException">It is not gzip, or more than <paramref name="limit"/> bytes come out of it.</exception>
    public static ReadOnlySequence<byte> Decompress(ReadOnlySequence<byte> compressed, int? limit)
    {
        var output = new ArrayBufferWriter<byte>();
        using var gzip = new GZipStream(new MemoryStream(compressed.ToArray()), CompressionMode.Decompress);
        try
        {
            while (true)
            {
                var read = gzip.Read(output.GetSpan(ChunkSize));
                if (read == 0) return new ReadOnlySequence<byte>(output.WrittenMemory);
                output.Advance(read);
                // A kilobyte can hold a gigabyte: it is looked at as it comes.
                if (output.WrittenCount > limit) throw WireErrors.ReceivedTooLarge(limit.Value);
            }
        }
        catch (InvalidDataException)
        {
            throw WireErrors.Malformed("The message is not gzip, though it says so.");
        }
    }
}
