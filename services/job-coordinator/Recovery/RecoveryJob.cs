using Headgate.Contracts.Jobs;
using Headgate.Contracts.Repairs;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Reading;

namespace Headgate.JobCoordinator.Recovery;

/// <summary>A job that is a step of recovery: a rollback, a replay, or a dry run.</summary>
sealed record RecoveryJob
{
    public required Guid Id { get; init; }

    public required JobKind Kind { get; init; }

    public required string State { get; init; }

    public required string Actor { get; init; }

    public required DateTimeOffset Created { get; init; }

    public DateTimeOffset? Finished { get; init; }

    /// <summary>Of all its attempts.</summary>
    public RecordCounts Counts { get; init; } = new();

    /// <summary>Of a replay: records that the source does not have.</summary>
    public long Missing { get; init; }

    /// <summary>How much of the repaired job's writes it is about; null: of a dry run.</summary>
    public RepairOf? Scope { get; init; }

    /// <summary>Whether it goes by a version that maps as the repaired job's did.</summary>
    public bool MapsAsBefore { get; init; }

    /// <summary>Whether it was rolled back itself.</summary>
    public bool IsUndone { get; init; }

    public bool IsOpen => JobStates.Open.Contains(State);

    public bool IsDone => State == nameof(SyncJobStateMachine.Completed) && !IsUndone;
}
