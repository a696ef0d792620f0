using Headgate.JobCoordinator.Pipelines;
using Headgate.PipelineFiles;

namespace Headgate.JobCoordinator.Applying;

/// <summary>What looks at the systems that a set of pipelines names have found.</summary>
sealed record CheckedPipelines
{
    /// <summary>What is wrong with the files, by file and line.</summary>
    public IReadOnlyList<PipelineFileProblem> Problems { get; init; } = [];

    /// <summary>Why fences cannot be moved, each with the pipelines that it keeps out.</summary>
    public IReadOnlyList<string> FenceProblems { get; init; } = [];

    /// <summary>What the authors should know.</summary>
    public IReadOnlyList<PipelineFileWarning> Warnings { get; init; } = [];

    /// <summary>The pipelines with their destinations told from each other; empty unless nothing is wrong.</summary>
    public IReadOnlyList<PipelineToApply> Set { get; init; } = [];
}
