using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Headgate.Connectors.Postgres.Fencing;

/// <summary>
/// Second key of an advisory lock: 32 bits of a hash. Two pipelines with the same key only wait for each other; a force stop of one
/// then also ends the other's batch in hand, which is written again.
/// </summary>
static class LockKey
{
    public static int Of(Guid id) => BinaryPrimitives.ReadInt32BigEndian(SHA256.HashData(id.ToByteArray(bigEndian: true)));
}
