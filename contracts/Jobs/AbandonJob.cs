namespace Headgate.Contracts.Jobs;

/// <summary>Gives up waiting for a stop that cannot be confirmed; the job ends Discarded as unconfirmed.</summary>
public sealed record AbandonJob
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Who commands it.</summary>
    public required string Actor { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }
}
