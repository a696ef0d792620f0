using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Headgate.Schedules;

/// <summary>
/// How much later than due a run is fired, so that many pipelines with the same schedule do not start in the same moment. It is told by the
/// pipeline and the moment alone: whoever fires it, and however often it is tried, the moment is the same.
/// </summary>
public static class Jitter
{
    /// <param name="pipeline">Whose run it is.</param>
    /// <param name="due">When it comes due.</param>
    /// <param name="most">The longest delay; a shorter one holds where the next run comes due before.</param>
    /// <param name="next">When that is; null: there is none.</param>
    public static TimeSpan Of(Guid pipeline, DateTimeOffset due, TimeSpan most, DateTimeOffset? next)
    {
        if (most <= TimeSpan.Zero) return TimeSpan.Zero;
        var longest = next - due is { } gap && gap < most ? gap : most;
        Span<byte> name = stackalloc byte[24];
        pipeline.TryWriteBytes(name);
        BinaryPrimitives.WriteInt64BigEndian(name[16..], due.UtcTicks);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(name, hash);
        // Whole milliseconds, below the longest.
        var share = BinaryPrimitives.ReadUInt32BigEndian(hash) / (uint.MaxValue + 1.0);
        return TimeSpan.FromMilliseconds(Math.Floor(longest.TotalMilliseconds * share));
    }
}
