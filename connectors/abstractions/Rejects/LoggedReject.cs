namespace Headgate.Connectors.Rejects;

/// <summary>A record that was refused, or left as it is.</summary>
public sealed record LoggedReject
{
    /// <summary>Where it stands among those of its job.</summary>
    public required string Place { get; init; }

    /// <summary>The object's number.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>The attempt, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The value of each key field, as text; null: the record was too large to keep.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>>? Key { get; init; }

    /// <summary>The record as it was staged: destination fields and their values as text. Empty: too large to keep, or left by a rollback.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Record { get; init; } = [];

    /// <summary>The destination's own code; null: none.</summary>
    public string? SqlState { get; init; }

    /// <summary>The constraint that it violates; null: none is named.</summary>
    public string? Constraint { get; init; }

    /// <summary>The column that it is about; null: none is named.</summary>
    public string? Column { get; init; }

    /// <summary>Why, without a record value.</summary>
    public required string Sentence { get; init; }

    /// <summary>Whether it still waits for another record.</summary>
    public required bool Waiting { get; init; }

    /// <summary>When, by the destination's clock, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Of a rollback: why it was left as it is. Null: the destination refused it.</summary>
    public LoggedConflict? Conflict { get; init; }
}
