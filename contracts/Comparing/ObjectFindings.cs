namespace Headgate.Contracts.Comparing;

/// <summary>What writing the compared records of an object would do to its destination table. No value of a record is in it.</summary>
public sealed record ObjectFindings
{
    /// <summary>The object's number in the pipeline file, from 0.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>Records compared: the sum of the next four.</summary>
    public required long Rows { get; init; }

    /// <summary>Records that the destination does not have.</summary>
    public required long Inserts { get; init; }

    /// <summary>Records that fields would change of.</summary>
    public required long Updates { get; init; }

    /// <summary>Records that the destination has just so.</summary>
    public required long Unchanged { get; init; }

    /// <summary>Records that the destination would reject; 0 where that is not known.</summary>
    public required long Rejected { get; init; }

    /// <summary>About how many rows the destination table holds now; -1: not known.</summary>
    public required long DestinationRows { get; init; }

    /// <summary>Each mapped field outside of the key.</summary>
    public required IReadOnlyList<FieldFindings> Fields { get; init; }

    /// <summary>Why it is not known what would be rejected, in one sentence; null: it is known.</summary>
    public string? RejectsUnknown { get; init; }

    /// <summary>Why its records could not be compared although they are to be, in one sentence; null: they were, or there is nothing to compare with.</summary>
    public string? Failure { get; init; }
}
