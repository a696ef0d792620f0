using Headgate.IngestWorker.Rates;

namespace Headgate.IngestWorker.Loading;

/// <summary>How fast and how long one message loads.</summary>
sealed record LoadLimits
{
    /// <summary>The time a batch should take.</summary>
    public required TimeSpan BatchTarget { get; init; }

    /// <summary>Records in the first batch: as many as the last segment of the object came to.</summary>
    public int FirstBatch { get; init; } = BatchSize.Start;

    /// <summary>The time after which the segment goes to the end of its lane.</summary>
    public required TimeSpan YieldAfter { get; init; }

    /// <summary>The ceiling, which may change meanwhile.</summary>
    public required JobRate Rate { get; init; }

    /// <summary>0: write the segment; above: try again what waited for records it refers to.</summary>
    public required int Round { get; init; }

    /// <summary>Over how many records in a row rejects are counted; 0: they are not.</summary>
    public int RejectsWindow { get; init; }

    /// <summary>Canceled when the job is being stopped: no batch begins any more. Default: never.</summary>
    public CancellationToken Stopping { get; init; }
}
