using System.Buffers.Binary;
using Headgate.Hosting.Bus;

namespace Headgate.Scheduler.Schedules;

/// <summary>Ids of what a schedule makes: told by the pipeline and the moment.</summary>
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
        return HashedId.Of(name);
    }
}
