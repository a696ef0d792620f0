namespace Headgate.Connectors.Changes;

/// <summary>Which entries of a job's change log.</summary>
public sealed record ChangeQuery
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Only of these objects, by their numbers; null: of all.</summary>
    public IReadOnlyCollection<int>? Objects { get; init; }

    /// <summary>Only of this attempt, from 1; null: of all.</summary>
    public int? Attempt { get; init; }

    /// <summary>
    /// Only of the record with this key: each of the key's fields with its value, as text in the form that the log has. Null: of all.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Key { get; init; }

    /// <summary>Only changes of this destination field, and of each only that. Records that are logged by their hash are left out then. Null: of all.</summary>
    public string? Field { get; init; }

    /// <summary>Only what was done so to a record; null: whatever was done.</summary>
    public LoggedOperation? Operation { get; init; }

    /// <summary>
    /// Whether records that are logged by their hash are given with what they hold now, where that still is what was inserted. Default: not.
    /// </summary>
    public bool Present { get; init; }

    /// <summary>Only behind this <see cref="LoggedChange.Sequence"/>, or <see cref="ChangePage.Upto"/>; null: from the first.</summary>
    public long? After { get; init; }
}
