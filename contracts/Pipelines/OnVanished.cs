namespace Headgate.Contracts.Pipelines;

/// <summary>What becomes of destination records that are gone from the source, seen by full runs only.</summary>
public enum OnVanished
{
    /// <summary>They stay.</summary>
    Keep,

    /// <summary>They are marked.</summary>
    Mark,

    /// <summary>They are deleted.</summary>
    Delete,
}
