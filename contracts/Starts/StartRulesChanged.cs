using Headgate.Contracts.Pipelines;

namespace Headgate.Contracts.Starts;

/// <summary>
/// Tells the scheduler by what the runs of a pipeline start by themselves. All of it each time: what comes late or twice is told by its revision.
/// </summary>
public sealed record StartRulesChanged
{
    /// <summary>The pipeline.</summary>
    public required Guid PipelineId { get; init; }

    /// <summary>Its project.</summary>
    public required string Project { get; init; }

    /// <summary>Its name.</summary>
    public required string Pipeline { get; init; }

    /// <summary>Rises with each change; one that is not above the last is dropped.</summary>
    public required int Revision { get; init; }

    /// <summary>When runs come due; null: never, as the file has no schedule, the schedule is switched off, or the pipeline is deleted.</summary>
    public ScheduleDefinition? Schedule { get; init; }

    /// <summary>What came due until then, that moment included, is not this schedule's: when it was applied, or switched on or off last.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>From when the intervals of `every` are counted: when the file's schedule changed last. A switch does not move it.</summary>
    public required DateTimeOffset Anchor { get; init; }

    /// <summary>
    /// Of its schedule's runs, when the last one came due that the coordinator has been told of: up to there nothing was missed, whatever a
    /// scheduler has forgotten. Null: it was told of none.
    /// </summary>
    public DateTimeOffset? LastDue { get; init; }

    /// <summary>Upstream events that start a run, whether or not the schedule is switched off; none of a deleted pipeline.</summary>
    public IReadOnlyList<TriggerDefinition> Triggers { get; init; } = [];

    /// <summary>Whether the pipeline is deleted.</summary>
    public bool Deleted { get; init; }
}
