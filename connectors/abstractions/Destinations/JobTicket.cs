namespace Headgate.Connectors.Destinations;

/// <summary>In whose name something is written: the fence must stand for exactly this.</summary>
public sealed record JobTicket
{
    /// <summary>The pipeline.</summary>
    public required Guid PipelineId { get; init; }

    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Counts from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The fence position.</summary>
    public required int Epoch { get; init; }
}
