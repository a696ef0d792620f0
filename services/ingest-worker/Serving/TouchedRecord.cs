using Headgate.Connectors.Changes;
using Headgate.Connectors.Comparing;

namespace Headgate.IngestWorker.Serving;

/// <summary>What a job has done to a record, in all that its log has of it.</summary>
sealed record TouchedRecord
{
    /// <summary>Of its last entry.</summary>
    public required long Sequence { get; init; }

    public required int ObjectNo { get; init; }

    /// <summary>The value of each key field.</summary>
    public required IReadOnlyList<KeyValuePair<string, string?>> Key { get; init; }

    /// <summary>Whether there was no such record before.</summary>
    public bool IsNew { get; init; }

    /// <summary>What was replaced, by field: null, or not here, where there was nothing.</summary>
    public required IReadOnlyDictionary<string, string?> Before { get; init; }

    /// <summary>What was written in the end, by field; not of those that the job left as they were.</summary>
    public required IReadOnlyDictionary<string, string?> Written { get; init; }

    /// <summary>Whether the job has deleted it in the end.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>Of one that is logged by its hash: whether that is the hash of what is there now. Null: it is logged in full.</summary>
    public bool? IsAsWritten { get; init; }

    public static TouchedRecord Of(LoggedChange change) => new()
    {
        Sequence = change.Sequence,
        ObjectNo = change.ObjectNo,
        Key = change.Key,
        IsNew = change.Operation is LoggedOperation.Insert,
        Before = Fields(change, LoggedOperation.Insert, field => field.Before),
        Written = Fields(change, LoggedOperation.Delete, field => field.After),
        IsDeleted = change.Operation is LoggedOperation.Delete,
        IsAsWritten = change.Hash.Length > 0 ? change.Present.Count > 0 : null,
    };

    /// <summary>With what earlier entries have: of what was replaced the first counts, of what was written the last.</summary>
    public TouchedRecord Behind(EarlierEntries earlier) => this with
    {
        IsNew = earlier.IsNew,
        Before = earlier.IsNew ? earlier.Before : Merged(earlier.Before, Before),
        Written = IsDeleted ? Written : Merged(Written, earlier.Written),
    };

    /// <summary>Whether the destination holds something else in a field now than the job wrote, as far as is known.</summary>
    /// <param name="field">The destination field.</param>
    /// <param name="found">The record now.</param>
    /// <param name="at">The field's place there.</param>
    public bool IsChangedSince(string field, ComparedRecord found, int at)
    {
        if (!found.IsHere) return !IsDeleted;
        if (IsDeleted) return true;
        if (IsAsWritten is { } isAsWritten) return !isAsWritten;
        return Written.TryGetValue(field, out var written) && written != found.Now[at];
    }

    static Dictionary<string, string?> Fields(LoggedChange change, LoggedOperation without, Func<LoggedField, string?> value) =>
        change.Operation == without ? [] : change.Fields.ToDictionary(field => field.Field, value);

    static Dictionary<string, string?> Merged(IReadOnlyDictionary<string, string?> first, IReadOnlyDictionary<string, string?> others)
    {
        var all = first.ToDictionary(StringComparer.Ordinal);
        foreach (var (field, value) in others) all.TryAdd(field, value);
        return all;
    }
}
