namespace Headgate.Connectors.Destinations;

/// <summary>Why a segment is not written.</summary>
public enum SkipReason
{
    /// <summary>The fence does not stand for this job, attempt and epoch.</summary>
    Fenced,

    /// <summary>The destination is not the one the fence was set at: it was failed over or restored.</summary>
    DestinationChanged,

    /// <summary>Another delivery of the same segment is being written at this moment.</summary>
    InHand,
}
