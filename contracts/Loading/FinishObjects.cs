namespace Headgate.Contracts.Loading;

/// <summary>
/// Every segment is written: do what comes after that at the destination, batch by batch under the fence. Rows that full reads did not bring
/// are deleted or marked, as the pipeline says, and tables that were loaded beside old ones take their place.
/// </summary>
public sealed record FinishObjects
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Counts from 1; rises on Restart only.</summary>
    public required int Attempt { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }

    /// <summary>A ceiling for the rows deleted or marked, a segment's share of the job's, in records a second; 0: none. Default 0.</summary>
    public double MaxRowsPerSecond { get; init; }

    /// <summary>Which setting of the job's rate the ceiling is of; 0: the pipeline file's. Default 0.</summary>
    public int RateNo { get; init; }
}
