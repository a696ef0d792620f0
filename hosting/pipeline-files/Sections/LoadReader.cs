using Headgate.Contracts.Pipelines;
using Headgate.PipelineFiles.Rules;

namespace Headgate.PipelineFiles.Sections;

static class LoadReader
{
    static readonly Rule<int> Parallelism = NumberRule.Whole(1, 64);

    static readonly Rule<int> Count = NumberRule.Whole(0);

    static readonly Rule<TimeSpan> BatchTarget = DurationRule.Between("10ms", "10s");

    public static LoadDefinition Read(MappingReader load)
    {
        var defaults = new LoadDefinition();
        return new LoadDefinition
        {
            Parallelism = load.Value("parallelism", Parallelism, defaults.Parallelism),
            BatchTarget = load.Value("batchTarget", BatchTarget, defaults.BatchTarget),
            MaxRowsPerSecond = load.Value("maxRowsPerSecond", Count, defaults.MaxRowsPerSecond),
            MaxRejects = load.Value("maxRejects", Count, defaults.MaxRejects),
            AllowTriggers = load.Value("allowTriggers", ChoiceRule.Flag, defaults.AllowTriggers),
        };
    }
}
