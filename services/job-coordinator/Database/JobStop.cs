using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Jobs;
using StopKind = Headgate.V1.StopKind;

namespace Headgate.JobCoordinator.Database;

/// <summary>A stop: who, why, what caused it, and from when to when it took. One row however many commands have made it what it was.</summary>
public sealed class JobStop
{
    public long StopId { get; init; }

    public required Guid JobId { get; init; }

    public required string Project { get; init; }

    public required string Pipeline { get; init; }

    public Guid? RequestId { get; init; }

    public required int Attempt { get; init; }

    public required int Epoch { get; init; }

    /// <summary>The state in which it hit the job.</summary>
    public required string State { get; init; }

    /// <summary>What the job waited for in that state.</summary>
    public required JobPhase Phase { get; init; }

    public required StopIntent Intent { get; init; }

    /// <summary>Set exactly where it is a cancel.</summary>
    public StopKind? Kind { get; init; }

    public required CancelMode Mode { get; init; }

    public required StopCause Cause { get; init; }

    public required string Actor { get; init; }

    public string? Reason { get; init; }

    /// <summary>When it was first asked for, whatever became of it.</summary>
    public required DateTimeOffset FirstRequestedAt { get; init; }

    /// <summary>From when it is measured: of a stop by force, when force was asked for.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>Null: not confirmed.</summary>
    public DateTimeOffset? ConfirmedAt { get; init; }

    /// <summary>Nothing was in flight: it is no stop to measure.</summary>
    public required bool AtOnce { get; init; }
}
