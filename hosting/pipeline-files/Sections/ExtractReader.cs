using Headgate.Contracts.Pipelines;
using Headgate.PipelineFiles.Rules;

namespace Headgate.PipelineFiles.Sections;

static class ExtractReader
{
    static readonly Rule<TimeSpan> CursorLag = DurationRule.Between("0s", "1h");

    static readonly Rule<TimeSpan> CursorOverlap = DurationRule.Between("0s", "7d");

    public static ExtractDefinition Read(MappingReader extract)
    {
        var defaults = new ExtractDefinition();
        return new ExtractDefinition
        {
            CursorLag = extract.Value("cursorLag", CursorLag, defaults.CursorLag),
            CursorOverlap = extract.Value("cursorOverlap", CursorOverlap, defaults.CursorOverlap),
            Nulls = extract.Value("nulls", ChoiceRule.Nulls, defaults.Nulls),
        };
    }
}
