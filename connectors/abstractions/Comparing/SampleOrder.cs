namespace Headgate.Connectors.Comparing;

/// <summary>Which of the records that a comparison has taken are to be shown.</summary>
public sealed record SampleOrder
{
    /// <summary>Destination fields, each with how many records in which it would change, at most. A record may do for several.</summary>
    public required IReadOnlyDictionary<string, int> Fields { get; init; }

    /// <summary>How many records that the destination does not have, at most.</summary>
    public required int Inserts { get; init; }

    /// <summary>Values are cut to so many characters.</summary>
    public required int Length { get; init; }
}
