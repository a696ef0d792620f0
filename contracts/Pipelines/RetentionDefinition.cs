namespace Headgate.Contracts.Pipelines;

/// <summary>How long things are kept.</summary>
public sealed record RetentionDefinition
{
    /// <summary>The change log. Default 30 days.</summary>
    public TimeSpan Changes { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Staged records of jobs that ended. Default 24 hours.</summary>
    public TimeSpan Staging { get; init; } = TimeSpan.FromHours(24);
}
