using Headgate.Contracts.Pipelines;
using Headgate.PipelineFiles.Rules;

namespace Headgate.PipelineFiles.Sections;

static class CancelReader
{
    static readonly Rule<TimeSpan> DrainDeadline = DurationRule.Between("1s", "1h");

    public static CancelDefinition Read(MappingReader cancel)
    {
        var defaults = new CancelDefinition();
        return new CancelDefinition
        {
            DrainDeadline = cancel.Value("drainDeadline", DrainDeadline, defaults.DrainDeadline),
            Escalate = cancel.Value("escalate", ChoiceRule.Flag, defaults.Escalate),
        };
    }
}
