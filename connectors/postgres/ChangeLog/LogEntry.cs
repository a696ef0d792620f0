namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>A group or a block of a job's log. Its record n, from 1, has sequence <see cref="Start"/> + n.</summary>
sealed record LogEntry
{
    const int Bits = 20;

    /// <summary>How far before the first that has a number those begin that were logged before blocks had one.</summary>
    public const long Older = 1L << 40;

    public required long Start { get; init; }

    public required bool IsBlock { get; init; }

    public required int Attempt { get; init; }

    public required int ObjectNo { get; init; }

    public required int SegmentNo { get; init; }

    public required long FirstRow { get; init; }

    public required int Records { get; init; }

    /// <summary>As it lies there, compressed.</summary>
    public required int Bytes { get; init; }

    /// <summary>The highest sequence that any record of it could have.</summary>
    public long End => Start < 0 ? Start + Records : Start | ((1L << Bits) - 1);

    public long Seq => Start >> Bits;

    /// <summary>Of the entry with this number.</summary>
    public static long StartOf(long seq) => seq << Bits;

    /// <summary>The first number that may have something behind a sequence.</summary>
    public static long FirstBehind(long sequence) => Math.Max(sequence, -1) + 1 >> Bits;
}
