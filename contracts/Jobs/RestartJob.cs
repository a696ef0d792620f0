namespace Headgate.Contracts.Jobs;

/// <summary>Begins a paused or failed job again from the beginning, as a new attempt; what was written stays.</summary>
public sealed record RestartJob
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Who commands it.</summary>
    public required string Actor { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }
}
