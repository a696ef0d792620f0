using Headgate.Contracts.Extraction;
using Headgate.Contracts.Steps;

namespace Headgate.Contracts.Repairs;

/// <summary>The answer to PreviewRollback.</summary>
public sealed record RollbackPreviewed
{
    /// <summary>The objects that were looked at to the end.</summary>
    public required IReadOnlyList<PreviewedObject> Objects { get; init; }

    /// <summary>Objects that cannot be rolled back, with the reasons.</summary>
    public IReadOnlyList<BlockedObject> Blocked { get; init; } = [];

    /// <summary>Why some objects were not looked at; null: all were.</summary>
    public Problem? Problem { get; init; }
}
