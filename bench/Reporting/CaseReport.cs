using Headgate.Bench.Measuring;

namespace Headgate.Bench.Reporting;

/// <summary>What came of one case.</summary>
sealed record CaseReport
{
    public required string Name { get; init; }

    /// <summary>What was done, in a sentence or two.</summary>
    public required string Description { get; init; }

    public IReadOnlyList<ContenderResult> Results { get; init; } = [];

    /// <summary>Other tables of the case.</summary>
    public IReadOnlyList<Figures> Figures { get; init; } = [];

    public IReadOnlyList<Target> Targets { get; init; } = [];

    /// <summary>The highest resident size of each service while the case ran, in MB.</summary>
    public IReadOnlyDictionary<string, double> PeakMegabytes { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>Whether every run that was made counts.</summary>
    public bool IsSound => Results.All(r => r.Refused.Count == 0);
}
