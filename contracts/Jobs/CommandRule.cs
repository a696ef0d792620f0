namespace Headgate.Contracts.Jobs;

/// <summary>The rule that refuses a command.</summary>
public enum CommandRule
{
    /// <summary>The job's state does not allow it.</summary>
    State,

    /// <summary>The job has ended.</summary>
    Final,

    /// <summary>A launched job is paused before it is canceled gracefully.</summary>
    PauseFirst,

    /// <summary>Another job of the pipeline is active.</summary>
    ActiveJob,

    /// <summary>Records in flight would be in doubt, at a destination whose writes are not idempotent, and nobody has said that they may.</summary>
    AcceptInDoubt,

    /// <summary>The source's schema has changed since the job planned: it is restarted, not resumed.</summary>
    SchemaChanged,

    /// <summary>There is no such job.</summary>
    Missing,
}
