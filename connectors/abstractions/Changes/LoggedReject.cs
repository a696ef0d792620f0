namespace Headgate.Connectors.Changes;

/// <summary>A record that the destination refused, or that a rollback has left as it is.</summary>
public sealed record LoggedReject
{
    /// <summary>Where it lies.</summary>
    public required RejectPlace Place { get; init; }

    /// <summary>The value of each key field, as text; null: the record was not kept, or cannot be read any more.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>>? Key { get; init; }

    /// <summary>The record as it was staged: destination fields and their values as text; empty: likewise, and of a rollback.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Record { get; init; } = [];

    /// <summary>The destination's code of the error; null: it was none of the server's.</summary>
    public string? SqlState { get; init; }

    /// <summary>The constraint that it violates; null: none is named.</summary>
    public string? Constraint { get; init; }

    /// <summary>The column that it is about; null: none is named.</summary>
    public string? Column { get; init; }

    /// <summary>Why, without a record value.</summary>
    public required string Sentence { get; init; }

    /// <summary>Whether it waits for another record and is tried again.</summary>
    public required bool Waiting { get; init; }

    /// <summary>When, by the destination's clock, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Of a rollback: why the row was left as it is; null: the destination refused the record.</summary>
    public LoggedConflict? Conflict { get; init; }
}
