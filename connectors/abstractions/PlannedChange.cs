namespace Headgate.Connectors;

/// <summary>A change of the destination's shape, planned before launch and made after it.</summary>
public sealed record PlannedChange
{
    /// <summary>The statement.</summary>
    public required string Statement { get; init; }

    /// <summary>The statement that takes it back; null: it cannot be taken back.</summary>
    public string? Inverse { get; init; }

    /// <summary>What it does, for people.</summary>
    public required string Description { get; init; }
}
