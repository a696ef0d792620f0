namespace Headgate.Contracts.Starts;

/// <summary>Asks the coordinator to record that runs of a pipeline came due while the scheduler was away, and were not started.</summary>
public sealed record RecordMissedRuns
{
    /// <summary>The same for the same runs, however often it is asked.</summary>
    public required Guid RecordId { get; init; }

    /// <summary>The pipeline.</summary>
    public required Guid PipelineId { get; init; }

    /// <summary>How many.</summary>
    public required int Count { get; init; }

    /// <summary>When the first of them came due.</summary>
    public required DateTimeOffset FirstDue { get; init; }

    /// <summary>When the last of them came due.</summary>
    public required DateTimeOffset LastDue { get; init; }

    /// <summary>When the run comes due that makes up for them; null: none does.</summary>
    public DateTimeOffset? MadeUpForBy { get; init; }
}
