namespace Headgate.Contracts.Extraction;

/// <summary>An object to plan.</summary>
public sealed record ObjectToPlan
{
    /// <summary>The object's number in the pipeline file, from 0.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>The run whose upper bound is the object's offset; null: read it in full.</summary>
    public OffsetReference? Offset { get; init; }

    /// <summary>The last completed run that had the object: changes of schemas are judged by what they were then. Null: there is none.</summary>
    public OffsetReference? Completed { get; init; }

    /// <summary>Numbers of the segments to be planned start here.</summary>
    public required int FirstSegmentNo { get; init; }
}
