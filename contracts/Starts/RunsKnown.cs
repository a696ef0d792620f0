namespace Headgate.Contracts.Starts;

/// <summary>The answer to AskRunsKnown.</summary>
public sealed record RunsKnown
{
    /// <summary>Those of them that have a job, wait, have had a failed job resumed, or are recorded as skipped.</summary>
    public required IReadOnlyList<Guid> Runs { get; init; }
}
