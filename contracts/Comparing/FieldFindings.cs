namespace Headgate.Contracts.Comparing;

/// <summary>
/// What writing the compared records would do to one field of the rows that the destination has. No value of a record is in it.
/// </summary>
public sealed record FieldFindings
{
    /// <summary>The destination field.</summary>
    public required string Field { get; init; }

    /// <summary>Rows that it changes in.</summary>
    public required long Changed { get; init; }

    /// <summary>Of those, rows that it becomes null in.</summary>
    public required long Nulled { get; init; }

    /// <summary>Rows that it is not null in now.</summary>
    public required long NonNullBefore { get; init; }

    /// <summary>Of those, rows that it changes in. Null: not counted, as by a worker of before.</summary>
    public long? Overwritten { get; init; }

    /// <summary>Rows that would newly get the one value which most of them newly get; null is none.</summary>
    public required long Same { get; init; }

    /// <summary>Rows of those compared that have that value now.</summary>
    public required long SameBefore { get; init; }
}
