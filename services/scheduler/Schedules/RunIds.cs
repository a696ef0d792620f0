using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Headgate.Scheduler.Schedules;

/// <summary>
/// Ids of what a schedule makes: told by the pipeline and the moment, so that whoever sends a run, and however often, it is the same run.
/// They are UUIDs of version 8, of which the standard leaves the making to whoever makes them.
/// </summary>
static class RunIds
{
    const byte Run = 1;
    const byte Record = 2;

    /// <summary>Of the run that came due then.</summary>
    public static Guid OfRun(Guid pipeline, DateTimeOffset due) => Of(Run, pipeline, due);

    /// <summary>Of the record of missed runs of which the last came due then.</summary>
    public static Guid OfRecord(Guid pipeline, DateTimeOffset last) => Of(Record, pipeline, last);

    static Guid Of(byte kind, Guid pipeline, DateTimeOffset moment)
    {
        Span<byte> name = stackalloc byte[25];
        name[0] = kind;
        pipeline.TryWriteBytes(name[1..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(name[17..], moment.UtcTicks);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(name, hash);
        var bytes = hash[..16];
        (bytes[6], bytes[8]) = ((byte)((bytes[6] & 0x0f) | 0x80), (byte)((bytes[8] & 0x3f) | 0x80));
        return new Guid(bytes, bigEndian: true);
    }
}
