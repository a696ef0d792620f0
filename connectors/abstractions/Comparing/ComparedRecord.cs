namespace Headgate.Connectors.Comparing;

/// <summary>A record at the destination and among those that were taken, found by its key.</summary>
public sealed record ComparedRecord
{
    /// <summary>Whether the destination has it.</summary>
    public required bool IsHere { get; init; }

    /// <summary>Whether it is among those that were taken.</summary>
    public required bool IsTaken { get; init; }

    /// <summary>Of each planned field, whether the two sides differ; not set where one side does not have the record, and of the key.</summary>
    public required IReadOnlyList<bool> Differs { get; init; }

    /// <summary>
    /// What the destination holds in each planned field, as text in the form that its change log has. Null: null; also where the record is not here,
    /// and where both sides have it and the field does not differ.
    /// </summary>
    public required IReadOnlyList<string?> Now { get; init; }

    /// <summary>What was taken, likewise.</summary>
    public required IReadOnlyList<string?> Taken { get; init; }
}
