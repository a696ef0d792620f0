using Headgate.Contracts.Pipelines;
using Headgate.PipelineFiles.Rules;

namespace Headgate.PipelineFiles.Sections;

static class RetentionReader
{
    static readonly Rule<TimeSpan> Kept = DurationRule.Between("1h", "3650d");

    public static RetentionDefinition Read(MappingReader retention)
    {
        var defaults = new RetentionDefinition();
        return new RetentionDefinition
        {
            Changes = retention.Value("changes", Kept, defaults.Changes),
            Staging = retention.Value("staging", Kept, defaults.Staging),
        };
    }
}
