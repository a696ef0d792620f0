namespace Headgate.Contracts.Jobs;

/// <summary>Records of a job or of one of its objects, by what became of them.</summary>
public sealed record RecordCounts
{
    /// <summary>Staged by extraction.</summary>
    public long Extracted { get; init; }

    /// <summary>Taken by committed batches; the sum of the next five.</summary>
    public long Written { get; init; }

    /// <summary>New at the destination.</summary>
    public long Inserted { get; init; }

    /// <summary>Changed at the destination.</summary>
    public long Updated { get; init; }

    /// <summary>Already as they should be.</summary>
    public long Unchanged { get; init; }

    /// <summary>Refused by the destination and recorded.</summary>
    public long Rejected { get; init; }

    /// <summary>Deleted at the destination, as a rollback puts back that they were not there. Default 0.</summary>
    public long Deleted { get; init; }

    /// <summary>
    /// Rows of the destination that a full read did not bring, deleted or marked as the pipeline says; not among those written. Default 0.
    /// </summary>
    public long Vanished { get; init; }

    /// <summary>
    /// Sent when a stop by force broke in, with no word of what became of them; not among those written. Always 0 where writes are
    /// transactional or idempotent.
    /// </summary>
    public long InDoubt { get; init; }

    /// <summary>Of all of them together.</summary>
    public static RecordCounts Sum(IEnumerable<RecordCounts> counts) => counts.Aggregate(new RecordCounts(), (sum, each) => new RecordCounts
    {
        Extracted = sum.Extracted + each.Extracted,
        Written = sum.Written + each.Written,
        Inserted = sum.Inserted + each.Inserted,
        Updated = sum.Updated + each.Updated,
        Unchanged = sum.Unchanged + each.Unchanged,
        Rejected = sum.Rejected + each.Rejected,
        Deleted = sum.Deleted + each.Deleted,
        Vanished = sum.Vanished + each.Vanished,
        InDoubt = sum.InDoubt + each.InDoubt,
    });
}
