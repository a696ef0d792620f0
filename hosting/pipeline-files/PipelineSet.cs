using Headgate.Contracts.Pipelines;
using Headgate.PipelineFiles.Sections;
using Headgate.PipelineFiles.Yaml;

namespace Headgate.PipelineFiles;

/// <summary>The pipelines that are read together, and the rules between them.</summary>
sealed class PipelineSet
{
    readonly List<Findings> files = [];
    readonly List<PipelineDefinition> definitions = [];
    readonly List<PipelineOrigin> origins = [];
    readonly Dictionary<(string Project, string Name), string> names = [];
    readonly Dictionary<(string Connector, string Connection, QualifiedName To), string> destinations = [];

    public int FileCount => files.Count;

    public void Add(Findings file) => files.Add(file);

    public void Refuse(string file, string message, string expected)
    {
        var findings = new Findings(file, FileCount);
        findings.Refuse(Position.None, "", message, expected);
        files.Add(findings);
    }

    public void Add(ReadPipeline pipeline)
    {
        var definition = pipeline.Definition;
        var place = $"{pipeline.Findings.File}:{pipeline.NamePosition.Line}";
        if (!names.TryAdd((definition.Project, definition.Name), place))
        {
            pipeline.Findings.Refuse(pipeline.NamePosition, "metadata.name",
                $"pipeline {definition.Project}/{definition.Name} is at {names[(definition.Project, definition.Name)]} already",
                "a name that is unique in its project");
        }

        for (var i = 0; i < definition.Objects.Count; i++)
        {
            if (definition.Objects[i].Include)
                AddDestination(pipeline, i);
        }

        definitions.Add(definition);
        origins.Add(pipeline.Origin);
    }

    public PipelineFileResult ToResult()
    {
        var problems = files.SelectMany(f => f.Problems).ToList();
        return new PipelineFileResult
        {
            Definitions = problems.Count == 0 ? definitions : [],
            Origins = problems.Count == 0 ? origins : [],
            Problems = problems,
        };
    }

    void AddDestination(ReadPipeline pipeline, int index)
    {
        var definition = pipeline.Definition;
        var to = QualifiedName.Parse(definition.Objects[index].To);
        var table = (definition.Destination.Connector, definition.Destination.Connection, to);
        var writer = $"{definition.Project}/{definition.Name} ({pipeline.Findings.File}:{pipeline.Destinations[index].Line})";
        if (!destinations.TryAdd(table, writer))
        {
            pipeline.Findings.Refuse(pipeline.Destinations[index], $"spec.objects[{index}].to",
                $"pipeline {destinations[table]} writes the same destination table", "a table that no other pipeline writes");
        }
    }
}
