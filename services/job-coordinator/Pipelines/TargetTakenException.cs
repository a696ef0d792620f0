namespace Headgate.JobCoordinator.Pipelines;

/// <summary>Two pipelines must never write the same destination table.</summary>
public sealed class TargetTakenException : Exception
{
    public TargetTakenException(AppliedPipeline pipeline, string target, string ownerProject, string owner)
        : base(Sentence(pipeline.Name, target, $"{ownerProject}/{owner}")) => (Pipeline, Target, OwnerProject) = (pipeline, target, ownerProject);

    /// <summary>The one that is refused.</summary>
    public AppliedPipeline Pipeline { get; }

    public string Target { get; }

    /// <summary>The project of the pipeline that writes the table.</summary>
    public string OwnerProject { get; }

    /// <summary>For whom the owner is nobody's they may know of.</summary>
    public string WithoutOwner => Sentence(Pipeline.Name, Target, "a pipeline of another project");

    static string Sentence(string pipeline, string target, string owner) =>
        $"{pipeline}: {target} is written by {owner} at this destination already, by its file or by a job of it that has not ended; "
        + "a table has one pipeline.";
}
