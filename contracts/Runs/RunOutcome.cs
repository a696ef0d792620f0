namespace Headgate.Contracts.Runs;

/// <summary>What became of a run that was asked for.</summary>
public enum RunOutcome
{
    /// <summary>A new job was accepted.</summary>
    Started,

    /// <summary>The pipeline's failed job goes on instead.</summary>
    Resumed,

    /// <summary>The run waits as the successor of the job that is active, which is being canceled.</summary>
    Waiting,

    /// <summary>A job is active already; the skip is recorded.</summary>
    Skipped,

    /// <summary>The pipeline takes no runs.</summary>
    Refused,
}
