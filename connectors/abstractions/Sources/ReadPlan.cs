using Headgate.Contracts.Comparing;

namespace Headgate.Connectors.Sources;

/// <summary>What a run reads of one object.</summary>
public sealed record ReadPlan
{
    /// <summary>The object.</summary>
    public required ObjectPlan Object { get; init; }

    /// <summary>Where an incremental read begins, inclusive, overlap already taken off; null: a full read.</summary>
    public DateTimeOffset? Lower { get; init; }

    /// <summary>Where an incremental read ends, inclusive; a full read does not end there, but the next run begins from it.</summary>
    public required DateTimeOffset Upper { get; init; }

    /// <summary>Of a replay: whose keys are read. Null: it is none.</summary>
    public LoggedKeys? Keys { get; init; }

    /// <summary>Read records with a null cursor in every incremental run.</summary>
    public bool NullCursors { get; init; }

    /// <summary>Of a dry run: which records are read. Null: of no other read.</summary>
    public Sample? Sample { get; init; }
}
