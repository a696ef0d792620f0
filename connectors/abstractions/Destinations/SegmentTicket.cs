namespace Headgate.Connectors.Destinations;

/// <summary>Which segment is written, and in whose name.</summary>
public sealed record SegmentTicket
{
    /// <summary>In whose name.</summary>
    public required JobTicket Job { get; init; }

    /// <summary>The object's number.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>The segment's number, unique in its object and attempt.</summary>
    public required int SegmentNo { get; init; }

    /// <summary>Records in the segment.</summary>
    public required long Rows { get; init; }

    /// <summary>The table was found empty: use plain COPY until a key conflict, if the plan allows it.</summary>
    public required bool Empty { get; init; }

    /// <summary>Rejected records of the whole job after which it fails.</summary>
    public required int MaxRejects { get; init; }
}
