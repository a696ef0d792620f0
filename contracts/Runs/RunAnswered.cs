namespace Headgate.Contracts.Runs;

/// <summary>The answer to StartRun, StartJob and StartRepair.</summary>
public sealed record RunAnswered
{
    /// <summary>The run that was asked for.</summary>
    public required Guid RunId { get; init; }

    /// <summary>What became of it.</summary>
    public required RunOutcome Outcome { get; init; }

    /// <summary>The rule by which it was skipped or refused; null: it was started.</summary>
    public RunRule? Rule { get; init; }

    /// <summary>The job that was started or resumed, that is in the way, or that the run waits for.</summary>
    public Guid? JobId { get; init; }

    /// <summary>The state of the job that is in the way or was Failed; null: it is not there yet, or there is none.</summary>
    public string? JobState { get; init; }

    /// <summary>What the job that was started does.</summary>
    public JobKind? Kind { get; init; }

    /// <summary>The version of the pipeline file that the job that was started is pinned to.</summary>
    public int? PipelineVersion { get; init; }

    /// <summary>The state of the pipeline; null: there is none.</summary>
    public string? PipelineState { get; init; }

    /// <summary>The run that waits for the active job already; null: none does.</summary>
    public Guid? SuccessorId { get; init; }

    /// <summary>What happened or why not, in one sentence.</summary>
    public required string Sentence { get; init; }
}
