namespace Headgate.Contracts.Pipelines;

/// <summary>Duration against the 99th percentile of past runs.</summary>
public sealed record DurationGuard
{
    /// <summary>Times the percentile. Default 2.</summary>
    public double TimesP99 { get; init; } = 2;

    /// <summary>Past runs needed to judge. Default 20.</summary>
    public int MinRuns { get; init; } = 20;

    /// <summary>What it does when it trips. Default notify.</summary>
    public GuardAction Action { get; init; } = GuardAction.Notify;
}
