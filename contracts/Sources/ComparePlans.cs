namespace Headgate.Contracts.Sources;

/// <summary>
/// Look up whether the source still is what a job's attempt was planned for. Answered with PlansCompared; a request, so whoever asks gives
/// up when nobody answers.
/// </summary>
public sealed record ComparePlans
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Its attempt.</summary>
    public required int Attempt { get; init; }
}
