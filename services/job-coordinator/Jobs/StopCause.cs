namespace Headgate.JobCoordinator.Jobs;

/// <summary>What caused a stop, as it is recorded.</summary>
public enum StopCause
{
    /// <summary>Somebody commanded it.</summary>
    Command,

    /// <summary>The deadline of a graceful stop passed, and the pipeline's file says that it goes on by force then.</summary>
    Deadline,

    /// <summary>An error that was not retried.</summary>
    Error,

    /// <summary>A run with a newer version of the pipeline file.</summary>
    Superseded,

    /// <summary>What the job works on is gone.</summary>
    SubjectGone,

    /// <summary>A guard that tripped.</summary>
    Guard,
}
