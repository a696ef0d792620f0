using Headgate.Contracts.Pipelines;

namespace Headgate.JobCoordinator.Recovery;

/// <summary>Which guards catch more than before. To loosen one, or to switch one off, is no way to mend anything.</summary>
static class GuardStrictness
{
    /// <summary>Keys of the pipeline file that are stricter now, for example `canary.nullShare`.</summary>
    public static IReadOnlyList<string> StricterIn(GuardsDefinition before, GuardsDefinition now) =>
        [.. Measures(before).Zip(Measures(now)).Where(each => each.Second.Strictness > each.First.Strictness).Select(each => each.First.Key)];

    // The higher, the stricter.
    static (string Key, double Strictness)[] Measures(GuardsDefinition guards) =>
    [
        ("volume.maxRatio", -guards.Volume.MaxRatio), ("volume.minRuns", -guards.Volume.MinRuns), ("volume.action", (int)guards.Volume.Action),
        ("canary.changedShare", -guards.Canary.ChangedShare), ("canary.nullShare", -guards.Canary.NullShare),
        ("canary.insertShare", -guards.Canary.InsertShare), ("canary.sameValueShare", -guards.Canary.SameValueShare),
        ("canary.sample", guards.Canary.Sample), ("canary.action", (int)guards.Canary.Action),
        ("rejects.rate", -guards.Rejects.Rate), ("rejects.action", (int)guards.Rejects.Action),
        ("duration.timesP99", -guards.Duration.TimesP99), ("duration.minRuns", -guards.Duration.MinRuns),
        ("duration.minThroughput", guards.Duration.MinThroughput), ("duration.timesLatency", -guards.Duration.TimesLatency),
        ("duration.action", (int)guards.Duration.Action), ("fullLoad.action", (int)guards.FullLoad.Action),
    ];
}
