using System.IO.Compression;
using Headgate.Rpc.Tests.Probe;

namespace Headgate.Rpc.Tests.Fuzz;

/// <summary>Kilobytes that are messages of any type, and far over the limit once they are unpacked.</summary>
static class Bombs
{
    const int Unpacked = 4 * ProbeServer.MaxReceiveSize;

    public static readonly byte[] Json = Pack([.. "{}"u8, .. Enumerable.Repeat((byte)' ', Unpacked)]);

    /// <summary>A field of bytes that no message has.</summary>
    public static readonly byte[] Proto = Pack([0xfa, 0x7f, .. Length(Unpacked), .. new byte[Unpacked]]);

    static byte[] Pack(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize)) gzip.Write(plain);
        return packed.ToArray();
    }

    static IEnumerable<byte> Length(int value)
    {
        for (; value > 127; value >>= 7) yield return (byte)(value | 128);
        yield return (byte)value;
    }
}
