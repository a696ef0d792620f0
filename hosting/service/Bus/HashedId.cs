using System.Security.Cryptography;

namespace Headgate.Hosting.Bus;

/// <summary>
/// Ids that are told by what they are of: whoever sends it, and however often, it is the same message. They are UUIDs of version 8, of
/// which the standard leaves the making to whoever makes them.
/// </summary>
public static class HashedId
{
    /// <summary>The id of a name; the same name always has the same one.</summary>
    public static Guid Of(ReadOnlySpan<byte> name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(name, hash);
        var bytes = hash[..16];
        (bytes[6], bytes[8]) = ((byte)((bytes[6] & 0x0f) | 0x80), (byte)((bytes[8] & 0x3f) | 0x80));
        return new Guid(bytes, bigEndian: true);
    }
}
