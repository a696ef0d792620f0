using Headgate.JobCoordinator.Starts;

namespace Headgate.JobCoordinator.Recovery;

/// <summary>What a job's pipeline is now: its switches, and what its file in force says against the one that the job went by.</summary>
sealed record RecoveryPipeline
{
    /// <summary>As commands name it: project and name.</summary>
    public required string Name { get; init; }

    public required string State { get; init; }

    public bool IsDeleted { get; init; }

    /// <summary>The version in force.</summary>
    public required int Version { get; init; }

    public required DateTimeOffset Applied { get; init; }

    public required string AppliedBy { get; init; }

    /// <summary>Whether it reads or writes something else than the job's version: source, destination, objects, what vanishes.</summary>
    public bool MapsOtherwise { get; init; }

    public bool GuardsOtherwise { get; init; }

    /// <summary>Those of them, by their keys in the pipeline file, that catch more than before.</summary>
    public IReadOnlyList<string> StricterGuards { get; init; } = [];

    public bool HasSchedule { get; init; }

    /// <summary>Whether events start runs, which the schedule's switch does not keep them from.</summary>
    public bool HasTriggers { get; init; }

    public bool SchedulePaused { get; init; }

    /// <summary>When the switch was moved last, either way; null: never.</summary>
    public DateTimeOffset? Switched { get; init; }

    public string? SwitchedBy { get; init; }

    /// <summary>When the schedule was paused last, whether or not it goes on since; null: never.</summary>
    public DateTimeOffset? Paused { get; init; }

    public string? PausedBy { get; init; }

    /// <summary>When the next run comes due, or why none does.</summary>
    public required NextRun Next { get; init; }
}
