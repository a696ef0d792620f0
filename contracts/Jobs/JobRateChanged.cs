namespace Headgate.Contracts.Jobs;

/// <summary>
/// A job's rate was set: workers keep to it from now on in what they have in hand of it. What they take later carries it too, so that a
/// worker which does not hear of it keeps to the old one for the rest of a segment and no longer.
/// </summary>
public sealed record JobRateChanged
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Which setting of the job's rate it is, from 1; one of a lower number is outdated.</summary>
    public required int RateNo { get; init; }

    /// <summary>Records a second for each segment in hand, its share of the job's ceiling; 0: no ceiling.</summary>
    public required double MaxRowsPerSecond { get; init; }
}
