namespace Headgate.Connectors.Destinations;

/// <summary>Which object is finished, in whose name, and what was read of it.</summary>
public sealed record FinishTicket
{
    /// <summary>In whose name.</summary>
    public required JobTicket Job { get; init; }

    /// <summary>The object's number.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>All segments of its last read, by number, with how many records were staged.</summary>
    public required IReadOnlyDictionary<int, long> Segments { get; init; }
}
