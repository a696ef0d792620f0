using Headgate.Contracts.Jobs;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Reading;

namespace Headgate.JobCoordinator.Recovery;

/// <summary>What is known of a job and of what was done since about what it wrote; the steps of recovery follow from this alone.</summary>
sealed record RecoveryFacts
{
    public required JobKind Kind { get; init; }

    public required string State { get; init; }

    /// <summary>Whether its stop was given up: nobody can tell whether something of it still commits.</summary>
    public bool StopUnconfirmed { get; init; }

    public required int Attempt { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>The version of the pipeline's file that it is pinned to.</summary>
    public int Version { get; init; }

    /// <summary>Of the present attempt.</summary>
    public required RecordCounts Counts { get; init; }

    /// <summary>Of those before.</summary>
    public RecordCounts Earlier { get; init; } = new();

    /// <summary>When its change log was removed; null: it is there, if there ever was one.</summary>
    public DateTimeOffset? LogRemoved { get; init; }

    /// <summary>The last list of all that it has changed; null: none was read to its end.</summary>
    public RecoveryMark? Export { get; init; }

    /// <summary>The last comparison, likewise.</summary>
    public RecoveryMark? Diff { get; init; }

    public required RecoveryPipeline Pipeline { get; init; }

    /// <summary>Replays and rollbacks of it, the first one first.</summary>
    public IReadOnlyList<RecoveryJob> Repairs { get; init; } = [];

    /// <summary>Of what the file in force maps, and later than the job; null: none.</summary>
    public RecoveryJob? DryRun { get; init; }

    /// <summary>Guards that have tripped on it, in whatever attempt.</summary>
    public IReadOnlyList<RecoveryTrip> Trips { get; init; } = [];

    public RecordCounts All => RecordCounts.Sum([Earlier, Counts]);

    /// <summary>Whether nothing of it can be written while it stands as it does.</summary>
    public bool AtRest => IsAtRest(State, StopUnconfirmed);

    /// <summary>Whether it can be rolled back and replayed: nothing of it is written any more, and it cannot go on.</summary>
    public bool IsThrough => WritesNoMore(State);

    /// <summary>Whether the destination has a log of changes of it.</summary>
    public bool HasLog => ChangesIn(All) > 0 && LogRemoved is null;

    /// <summary>Whether somebody has decided what is to become of its changes.</summary>
    public bool IsDecided => Repairs.Count > 0;

    /// <summary>Whether the file says something else of records, or has a stricter guard, than the one that the job went by.</summary>
    public bool IsMended => Kind == JobKind.Rollback || Pipeline.MapsOtherwise || Pipeline.StricterGuards.Count > 0;

    /// <summary>Whether what was read then still is the whole.</summary>
    public bool Holds(RecoveryMark? mark) =>
        mark is not null && mark.Attempt == Attempt && (mark.IsThrough || mark.Changes == ChangesIn(Counts));

    public static long ChangesIn(RecordCounts counts) => counts.Inserted + counts.Updated + counts.Deleted + counts.Vanished;

    /// <summary>Whether a job in that state can write no more, now or later, in this attempt.</summary>
    public static bool WritesNoMore(string state) => state == nameof(SyncJobStateMachine.Collecting) || JobStates.Ended.Contains(state);

    /// <summary>Whether the fence keeps a job in that state from writing.</summary>
    public static bool IsAtRest(string state, bool stopUnconfirmed) => !stopUnconfirmed
        && (WritesNoMore(state) || state is nameof(SyncJobStateMachine.Paused) or nameof(SyncJobStateMachine.Failed));
}
