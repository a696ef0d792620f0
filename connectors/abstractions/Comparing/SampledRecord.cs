using Headgate.Connectors.Changes;

namespace Headgate.Connectors.Comparing;

/// <summary>A record that was taken, and what writing it would do.</summary>
public sealed record SampledRecord
{
    /// <summary>Whether the destination does not have it.</summary>
    public required bool IsInsert { get; init; }

    /// <summary>The value of each key field, as text.</summary>
    public required IReadOnlyList<KeyValuePair<string, string?>> Key { get; init; }

    /// <summary>Of an insert all planned fields, else those that differ; values are cut as it was ordered.</summary>
    public required IReadOnlyList<LoggedField> Fields { get; init; }
}
