namespace Headgate.Contracts.Guards;

/// <summary>A guard, named as in the pipeline file.</summary>
public enum Guard
{
    /// <summary>The record count against the past runs and the size of the source.</summary>
    Volume,

    /// <summary>What a sample of the staged records would do to the destination.</summary>
    Canary,

    /// <summary>The share of rejected records in a sliding window.</summary>
    Rejects,

    /// <summary>The time that the run takes against that of past runs.</summary>
    Duration,

    /// <summary>A full load where the last runs were incremental, and nobody has confirmed it.</summary>
    FullLoad,
}
