namespace Headgate.Connectors.Doubts;

/// <summary>Which records in doubt.</summary>
public sealed record DoubtQuery
{
    /// <summary>Of this job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Only of this object, by its number; null: of all.</summary>
    public int? ObjectNo { get; init; }

    /// <summary>Only in this state; null: in any.</summary>
    public DoubtState? State { get; init; }

    /// <summary>Only behind this <see cref="DoubtRecord.Sequence"/>. Default 0: from the first.</summary>
    public long After { get; init; }

    /// <summary>The most to answer with.</summary>
    public required int Limit { get; init; }
}
