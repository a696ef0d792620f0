namespace Headgate.Contracts.Pipelines;

/// <summary>How long things are kept.</summary>
public sealed record RetentionDefinition
{
    /// <summary>The change log. Default 30 days.</summary>
    public TimeSpan Changes { get; init; } = TimeSpan.FromDays(30);

    /// <summary>
    /// What a dry run has kept of records, to show what it would write. All else that was staged goes when its job ends. Default 24 hours.
    /// </summary>
    public TimeSpan Staging { get; init; } = TimeSpan.FromHours(24);
}
