namespace Headgate.Contracts.Pipelines;

/// <summary>Share of rejected records in a sliding window, or in a segment that has fewer.</summary>
public sealed record RejectsGuard
{
    /// <summary>Share, 0 to 1. Default 0.05.</summary>
    public double Rate { get; init; } = 0.05;

    /// <summary>Records in the window. Default 1000.</summary>
    public int Window { get; init; } = 1000;

    /// <summary>What it does when it trips. Default pause.</summary>
    public GuardAction Action { get; init; } = GuardAction.Pause;
}
