namespace Headgate.Contracts.Pipelines;

/// <summary>How a graceful stop ends.</summary>
public sealed record CancelDefinition
{
    /// <summary>How long batches in flight may drain before an alert. Default 60 s.</summary>
    public TimeSpan DrainDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Force by itself once the deadline has passed. Default false.</summary>
    public bool Escalate { get; init; }
}
