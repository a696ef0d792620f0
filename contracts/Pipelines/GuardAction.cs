namespace Headgate.Contracts.Pipelines;

/// <summary>What a guard does when it trips.</summary>
public enum GuardAction
{
    /// <summary>Tell, and go on.</summary>
    Notify,

    /// <summary>Wait before launch for an operator.</summary>
    Hold,

    /// <summary>Pause the job.</summary>
    Pause,

    /// <summary>Cancel gracefully.</summary>
    Cancel,

    /// <summary>Cancel by force.</summary>
    Force,
}
