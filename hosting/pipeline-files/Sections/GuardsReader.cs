using Headgate.Contracts.Pipelines;
using Headgate.PipelineFiles.Rules;

namespace Headgate.PipelineFiles.Sections;

static class GuardsReader
{
    // As many as are remembered, of counts and of times: of more none would ever be there to judge by.
    static readonly Rule<int> CountedRuns = NumberRule.Whole(1, 30);

    static readonly Rule<int> TimedRuns = NumberRule.Whole(1, 100);

    static readonly Rule<int> Records = NumberRule.Whole(1, 1_000_000);

    // Shares of fewer are chance, and are not judged.
    static readonly Rule<int> Sampled = NumberRule.Whole(50, 1_000_000);

    public static GuardsDefinition Read(MappingReader guards)
    {
        var defaults = new GuardsDefinition();
        return new GuardsDefinition
        {
            Volume = guards.Section("volume", guard => ReadVolume(guard, defaults.Volume), defaults.Volume),
            Canary = guards.Section("canary", guard => ReadCanary(guard, defaults.Canary), defaults.Canary),
            Rejects = guards.Section("rejects", guard => ReadRejects(guard, defaults.Rejects), defaults.Rejects),
            Duration = guards.Section("duration", guard => ReadDuration(guard, defaults.Duration), defaults.Duration),
            FullLoad = guards.Section("fullLoad", guard => ReadFullLoad(guard, defaults.FullLoad), defaults.FullLoad),
        };
    }

    static VolumeGuard ReadVolume(MappingReader guard, VolumeGuard defaults) => new()
    {
        MaxRatio = guard.Value("maxRatio", NumberRule.Ratio, defaults.MaxRatio),
        MinRuns = guard.Value("minRuns", CountedRuns, defaults.MinRuns),
        Action = guard.Value("action", ChoiceRule.Action, defaults.Action),
    };

    static CanaryGuard ReadCanary(MappingReader guard, CanaryGuard defaults) => new()
    {
        ChangedShare = guard.Value("changedShare", NumberRule.Share, defaults.ChangedShare),
        NullShare = guard.Value("nullShare", NumberRule.Share, defaults.NullShare),
        InsertShare = guard.Value("insertShare", NumberRule.Share, defaults.InsertShare),
        SameValueShare = guard.Value("sameValueShare", NumberRule.Share, defaults.SameValueShare),
        Sample = guard.Value("sample", Sampled, defaults.Sample),
        Action = guard.Value("action", ChoiceRule.Action, defaults.Action),
    };

    static RejectsGuard ReadRejects(MappingReader guard, RejectsGuard defaults) => new()
    {
        Rate = guard.Value("rate", NumberRule.Share, defaults.Rate),
        Window = guard.Value("window", Records, defaults.Window),
        Action = guard.Value("action", ChoiceRule.Action, defaults.Action),
    };

    static DurationGuard ReadDuration(MappingReader guard, DurationGuard defaults) => new()
    {
        TimesP99 = guard.Value("timesP99", NumberRule.Ratio, defaults.TimesP99),
        MinRuns = guard.Value("minRuns", TimedRuns, defaults.MinRuns),
        MinThroughput = guard.Value("minThroughput", NumberRule.Share, defaults.MinThroughput),
        TimesLatency = guard.Value("timesLatency", NumberRule.Ratio, defaults.TimesLatency),
        Action = guard.Value("action", ChoiceRule.Action, defaults.Action),
    };

    static FullLoadGuard ReadFullLoad(MappingReader guard, FullLoadGuard defaults) => new()
    {
        Action = guard.Value("action", ChoiceRule.Action, defaults.Action),
    };
}
