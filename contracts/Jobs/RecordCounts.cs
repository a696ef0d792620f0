namespace Headgate.Contracts.Jobs;

/// <summary>Records of a job or of one of its objects, by what became of them.</summary>
public sealed record RecordCounts
{
    /// <summary>Staged by extraction.</summary>
    public long Extracted { get; init; }

    /// <summary>Taken by committed batches; the sum of the next four.</summary>
    public long Written { get; init; }

    /// <summary>New at the destination.</summary>
    public long Inserted { get; init; }

    /// <summary>Changed at the destination.</summary>
    public long Updated { get; init; }

    /// <summary>Already as they should be.</summary>
    public long Unchanged { get; init; }

    /// <summary>Refused by the destination and recorded.</summary>
    public long Rejected { get; init; }

    /// <summary>
    /// Sent when a stop by force broke in, with no word of what became of them; not among those written. Always 0 where writes are
    /// transactional or idempotent.
    /// </summary>
    public long InDoubt { get; init; }
}
