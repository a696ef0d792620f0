namespace Headgate.Contracts.Repairs;

/// <summary>An object of a repair and what it was in the job that is repaired, whose pipeline file may have had another order.</summary>
public sealed record RepairedObject
{
    /// <summary>Its number in the repair.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>Its number in the repaired job.</summary>
    public required int OfObjectNo { get; init; }

    /// <summary>Whether the repaired job loaded a new table, which took the place of the one before. Default: not.</summary>
    public bool WasReplaced { get; init; }
}
