namespace Headgate.Contracts.Runs;

/// <summary>What becomes of a run that is asked for while a job of the pipeline is active.</summary>
public enum OnActiveJob
{
    /// <summary>It is skipped, and the skip recorded.</summary>
    Refuse,

    /// <summary>The active job is canceled gracefully, paused first where it was launched, and the run starts in the moment in which that job is final.</summary>
    CancelAndStart,
}
