namespace Headgate.Contracts.Jobs;

/// <summary>It is the job's turn: begin.</summary>
public sealed record BeginJob
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }
}
