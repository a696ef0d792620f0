namespace Headgate.Contracts.Jobs;

/// <summary>Ends a job for good and releases what it holds.</summary>
public sealed record DiscardJob
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Who commands it.</summary>
    public required string Actor { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>When the call came that it stems from, UTC: a stop is measured from then on. Null: when the command is handled.</summary>
    public DateTimeOffset? AskedAt { get; init; }

    /// <summary>Although records in flight will be in doubt, at a destination whose writes are not idempotent. Default: refused there.</summary>
    public bool AcceptInDoubt { get; init; }

    /// <summary>Because what the job works on is gone, which is recorded as the cause. Default: because somebody wants it.</summary>
    public bool SubjectGone { get; init; }
}
