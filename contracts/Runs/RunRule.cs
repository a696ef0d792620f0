namespace Headgate.Contracts.Runs;

/// <summary>The rule by which a run was not started.</summary>
public enum RunRule
{
    /// <summary>A job of the pipeline is active.</summary>
    ActiveJob,

    /// <summary>The pipeline takes no new runs in its state.</summary>
    PipelineTakesNoRuns,

    /// <summary>There is no such pipeline.</summary>
    Missing,
}
