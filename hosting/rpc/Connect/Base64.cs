using System.Buffers.Text;

namespace Headgate.Rpc.Connect;

/// <summary>Base64 of either alphabet, with or without padding.</summary>
static class Base64
{
    /// <exception cref="FormatException">It is none.</exception>
    public static byte[] Decode(string value) => Base64Url.DecodeFromChars(value.Replace('+', '-').Replace('/', '_'));
}
