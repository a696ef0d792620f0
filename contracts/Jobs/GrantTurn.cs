namespace Headgate.Contracts.Jobs;

/// <summary>Asks whether a pending job may begin; answered with BeginJob when there is room.</summary>
public sealed record GrantTurn
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }
}
