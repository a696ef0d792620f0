namespace Headgate.Contracts.Jobs;

/// <summary>Cancels a job. Before its Request ID is minted that is an extraction cancel, afterwards a job cancel.</summary>
public sealed record CancelJob
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Who commands it.</summary>
    public required string Actor { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>How.</summary>
    public CancelMode Mode { get; init; } = CancelMode.Graceful;

    /// <summary>Pause a launched job first instead of refusing a graceful cancel.</summary>
    public bool PauseFirst { get; init; }

    /// <summary>Switch the pipeline's schedule off as well, unless the cancel is refused.</summary>
    public bool PauseSchedule { get; init; }

    /// <summary>When the call came that it stems from, UTC: a stop is measured from then on. Null: when the command is handled.</summary>
    public DateTimeOffset? AskedAt { get; init; }

    /// <summary>By force although records in flight will be in doubt, at a destination whose writes are not idempotent. Default: refused there.</summary>
    public bool AcceptInDoubt { get; init; }
}
