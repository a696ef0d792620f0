using Headgate.Contracts.Pipelines;
using Headgate.PipelineFiles.Rules;
using Headgate.PipelineFiles.Yaml;

namespace Headgate.PipelineFiles.Sections;

/// <summary>Reads one document.</summary>
static class PipelineReader
{
    static readonly Rule<int> MaxFailures = NumberRule.Whole(1, 100);

    /// <summary>The pipeline, or null if the document has problems.</summary>
    public static ReadPipeline? Read(YamlDocument document, Findings findings)
    {
        var (before, content) = (findings.Count, document.Root);
        if (content.Flaw is not null || content is not YamlMapping mapping)
        {
            findings.Refuse(content.Position, "", content.Flaw ?? $"the document is {content.Noun}",
                "a mapping with apiVersion, kind, metadata and spec");
            return null;
        }

        var pipeline = new MappingReader(mapping, "", findings).ReadAll(root => ReadDocument(root, document, findings));
        return findings.Count == before ? pipeline : null;
    }

    static ReadPipeline? ReadDocument(MappingReader root, YamlDocument document, Findings findings)
    {
        root.Required("apiVersion", ChoiceRule.Only("headgate/v1"));
        root.Required("kind", ChoiceRule.Only("Pipeline"));
        var metadata = root.RequiredSection("metadata", ReadMetadata, "a mapping with project and name");
        var origin = new PipelineOrigin(findings.File, findings.FileNo, document);
        return root.RequiredSection("spec", spec => ReadSpec(spec, metadata, origin, findings), "a mapping with source, destination and objects");
    }

    static (string Project, string Name, Position NamePosition) ReadMetadata(MappingReader metadata) =>
        (metadata.Required("project", NameRule.Name), metadata.Required("name", NameRule.Name), metadata.PositionOf("name"));

    static ReadPipeline ReadSpec(
        MappingReader spec, (string Project, string Name, Position NamePosition) metadata, PipelineOrigin origin, Findings findings)
    {
        var source = spec.RequiredSection("source", SystemReader.Read, SystemReader.Expected);
        var destination = spec.RequiredSection("destination", SystemReader.Read, SystemReader.Expected);
        var objects = ObjectsReader.Read(spec, findings);
        var definition = new PipelineDefinition
        {
            Project = metadata.Project,
            Name = metadata.Name,
            Source = source,
            Destination = destination,
            Objects = [.. objects.Select(o => o.Definition)],
            Schedule = spec.Section("schedule", ScheduleReader.Read, null),
            Triggers = ScheduleReader.ReadTriggers(spec),
            Notify = spec.Section("notify", notify => NotifyReader.Read(notify), null),
            Guards = spec.Section("guards", GuardsReader.Read, new GuardsDefinition()),
            Cancel = spec.Section("cancel", CancelReader.Read, new CancelDefinition()),
            Load = spec.Section("load", LoadReader.Read, new LoadDefinition()),
            Extract = spec.Section("extract", ExtractReader.Read, new ExtractDefinition()),
            OnVanished = spec.Value("onVanished", ChoiceRule.Vanished, OnVanished.Keep),
            Retention = spec.Section("retention", RetentionReader.Read, new RetentionDefinition()),
            MaxFailures = spec.Value("maxFailures", MaxFailures, 3),
        };
        return new ReadPipeline
        {
            Definition = definition,
            Findings = findings,
            Origin = origin,
            NamePosition = metadata.NamePosition,
            Destinations = [.. objects.Select(o => o.To)],
        };
    }
}
