namespace Headgate.Contracts.Pipelines;

/// <summary>Duration against the 99th percentile of past runs.</summary>
public sealed record DurationGuard
{
    /// <summary>Times the percentile. Default 2.</summary>
    public double TimesP99 { get; init; } = 2;

    /// <summary>Past runs needed to judge. Default 20.</summary>
    public int MinRuns { get; init; } = 20;

    /// <summary>Records a second against the median of past runs: fewer than this share of it is a collapse. 0: any pace will do. Default 0.1.</summary>
    public double MinThroughput { get; init; } = 0.1;

    /// <summary>How long the destination takes for a record, times the median of past runs. Default 5.</summary>
    public double TimesLatency { get; init; } = 5;

    /// <summary>What it does when it trips. Default notify.</summary>
    public GuardAction Action { get; init; } = GuardAction.Notify;
}
