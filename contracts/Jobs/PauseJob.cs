namespace Headgate.Contracts.Jobs;

/// <summary>Stops a job so that it can go on later.</summary>
public sealed record PauseJob
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Who commands it.</summary>
    public required string Actor { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>When the call came that it stems from, UTC: a stop is measured from then on. Null: when the command is handled.</summary>
    public DateTimeOffset? AskedAt { get; init; }
}
