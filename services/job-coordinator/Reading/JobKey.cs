using System.Globalization;
using System.Runtime.InteropServices;

namespace Headgate.JobCoordinator.Reading;

/// <summary>A job's place in lists, which never changes: those created last come first, of the same moment those of the higher id.</summary>
[StructLayout(LayoutKind.Auto)]
readonly record struct JobKey(DateTimeOffset Created, Guid Id) : IComparable<JobKey>
{
    /// <summary>Behind it lie all jobs.</summary>
    public static readonly JobKey First = new(new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero), Guid.Empty);

    /// <summary>Behind it lies none.</summary>
    public static readonly JobKey Last = new(new DateTimeOffset(1900, 1, 1, 0, 0, 0, TimeSpan.Zero), Guid.Empty);

    /// <summary>In a token.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Created.UtcTicks}/{Id}");

    public static JobKey Parse(string text)
    {
        var parts = text.Split('/');
        return new JobKey(new DateTimeOffset(long.Parse(parts[0], CultureInfo.InvariantCulture), TimeSpan.Zero), Guid.Parse(parts[1]));
    }

    // The database compares UUIDs byte by byte in the order in which they are written, and so does Guid.
    public int CompareTo(JobKey other) => Created == other.Created ? Id.CompareTo(other.Id) : Created.CompareTo(other.Created);

    public static bool operator <(JobKey left, JobKey right) => left.CompareTo(right) < 0;

    public static bool operator >(JobKey left, JobKey right) => left.CompareTo(right) > 0;

    public static bool operator <=(JobKey left, JobKey right) => left.CompareTo(right) <= 0;

    public static bool operator >=(JobKey left, JobKey right) => left.CompareTo(right) >= 0;
}
