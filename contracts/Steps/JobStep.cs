namespace Headgate.Contracts.Steps;

/// <summary>A step of a job that a worker or the coordinator takes.</summary>
public enum JobStep
{
    /// <summary>Schemas and segments are planned.</summary>
    Prepare,

    /// <summary>A segment is read.</summary>
    Extract,

    /// <summary>The fence is opened for the job.</summary>
    Launch,

    /// <summary>The destination's shape is changed.</summary>
    ApplySchema,

    /// <summary>A segment is written.</summary>
    Load,

    /// <summary>Counts are verified.</summary>
    Verify,

    /// <summary>What comes after the last segment is done at the destination.</summary>
    Finish,

    /// <summary>Staged records are compared with the destination.</summary>
    Compare,
}
