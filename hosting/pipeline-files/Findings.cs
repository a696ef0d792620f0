using Headgate.PipelineFiles.Yaml;

namespace Headgate.PipelineFiles;

/// <summary>What reading one file has brought up so far.</summary>
sealed class Findings(string file, int fileNo = 0)
{
    readonly List<PipelineFileProblem> problems = [];

    public string File => file;

    /// <summary>The file's number among those that are read together, from 0.</summary>
    public int FileNo => fileNo;

    public int Count => problems.Count;

    public bool Any => problems.Count > 0;

    public IEnumerable<PipelineFileProblem> Problems => problems.OrderBy(p => p.Line).ThenBy(p => p.Column);

    public void Refuse(Position at, string field, string message, string expected) => problems.Add(new PipelineFileProblem
    {
        File = file,
        Line = at.Line,
        Column = at.Column,
        Field = field,
        Message = message,
        Expected = expected,
    });
}
