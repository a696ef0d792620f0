using Headgate.Contracts.Runs;

namespace Headgate.Contracts.Events;

/// <summary>A run that an upstream event asked for.</summary>
public sealed record EventRun
{
    /// <summary>The same for the same event and pipeline, however often it is asked for; the job's id where one was started.</summary>
    public required Guid RunId { get; init; }

    /// <summary>The pipeline.</summary>
    public required Guid PipelineId { get; init; }

    /// <summary>The pipeline's project.</summary>
    public required string Project { get; init; }

    /// <summary>The pipeline's name, as it was then.</summary>
    public required string Pipeline { get; init; }

    /// <summary>What became of it; null: the coordinator has not answered yet.</summary>
    public RunOutcome? Outcome { get; init; }

    /// <summary>The job that was started or resumed, or that was in the way.</summary>
    public Guid? JobId { get; init; }

    /// <summary>What happened or why not, in one sentence.</summary>
    public string? Sentence { get; init; }
}
