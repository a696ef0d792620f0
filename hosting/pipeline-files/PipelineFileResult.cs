using Headgate.Contracts.Pipelines;

namespace Headgate.PipelineFiles;

/// <summary>What was read: the pipelines of a file or a folder, or everything that is wrong with them.</summary>
public sealed record PipelineFileResult
{
    /// <summary>The pipelines in the order of the files; empty if there is any problem, so that no set is taken over by half.</summary>
    public required IReadOnlyList<PipelineDefinition> Definitions { get; init; }

    /// <summary>Where each of the pipelines stands, in the same order.</summary>
    public required IReadOnlyList<PipelineOrigin> Origins { get; init; }

    /// <summary>All problems, by file, line and column.</summary>
    public required IReadOnlyList<PipelineFileProblem> Problems { get; init; }

    /// <summary>The pipeline, if there is exactly one; else null.</summary>
    public PipelineDefinition? Definition => Definitions.Count == 1 ? Definitions[0] : null;
}
