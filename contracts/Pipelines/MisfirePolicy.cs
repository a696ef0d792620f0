namespace Headgate.Contracts.Pipelines;

/// <summary>What becomes of schedule fires that were missed while the scheduler was away.</summary>
public enum MisfirePolicy
{
    /// <summary>One run makes up for all of them.</summary>
    Once,

    /// <summary>They are left out.</summary>
    Skip,
}
