namespace Headgate.Contracts.Pipelines;

/// <summary>Record count against the median of past runs and the size of the source.</summary>
public sealed record VolumeGuard
{
    /// <summary>Times the median. Default 5.</summary>
    public double MaxRatio { get; init; } = 5;

    /// <summary>Past runs needed to judge. Default 3.</summary>
    public int MinRuns { get; init; } = 3;

    /// <summary>What it does when it trips. Default hold.</summary>
    public GuardAction Action { get; init; } = GuardAction.Hold;
}
