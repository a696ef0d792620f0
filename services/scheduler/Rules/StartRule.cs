using Headgate.Contracts.Pipelines;

namespace Headgate.Scheduler.Rules;

/// <summary>When the runs of a pipeline come due, and up to where that is done.</summary>
sealed record StartRule
{
    public required Guid PipelineId { get; init; }

    public required string Project { get; init; }

    public required string Pipeline { get; init; }

    /// <summary>Null: no run comes due.</summary>
    public ScheduleDefinition? Schedule { get; init; }

    public required DateTimeOffset Since { get; init; }

    public required DateTimeOffset Anchor { get; init; }

    /// <summary>Of what came due until then each is sent or recorded; null: nothing has come due.</summary>
    public DateTimeOffset? LastDue { get; init; }

    /// <summary>When its next run is fired, as it was written down.</summary>
    public DateTimeOffset? Fire { get; init; }

    /// <summary>What comes due behind it is still to be done.</summary>
    public DateTimeOffset DoneUntil => LastDue is { } last && last > Since ? last : Since;
}
