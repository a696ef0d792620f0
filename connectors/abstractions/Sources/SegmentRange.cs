namespace Headgate.Connectors.Sources;

/// <summary>Which records of an object a segment holds. Lives in the database only: it can hold values of records.</summary>
public sealed record SegmentRange
{
    /// <summary>How the range is expressed.</summary>
    public required SegmentRangeKind Kind { get; init; }

    /// <summary>Of blocks: the first.</summary>
    public long FirstBlock { get; init; }

    /// <summary>Of blocks: the first that is not in it any more; null: to the end.</summary>
    public long? EndBlock { get; init; }

    /// <summary>Of a chain: the cursor (if there is one) and key, as text, of the record that it begins after; null: from the beginning.</summary>
    public IReadOnlyList<string>? After { get; init; }

    /// <summary>How many records are in it at most; null: of a chain as many as the source thinks right, else all.</summary>
    public int? Rows { get; init; }

    /// <summary>Of the change log: the lowest of its numbers. Negative: of blocks that were logged before numbers were kept.</summary>
    public long FirstSeq { get; init; }

    /// <summary>Of the change log: the highest of its numbers that is in it; lower than the first: there is none.</summary>
    public long LastSeq { get; init; }

    /// <summary>Of the change log: how many entries are in it.</summary>
    public long Entries { get; init; }
}
