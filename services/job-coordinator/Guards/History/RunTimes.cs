namespace Headgate.JobCoordinator.Guards.History;

/// <summary>How long a pipeline's completed runs took, and how fast they wrote, the latest first.</summary>
/// <param name="RanMs">Without the time that they were paused.</param>
/// <param name="Rates">Records a second, of runs that wrote for a minute at least and without a ceiling.</param>
/// <param name="Latencies">How long the destination took for 1,000 records, in milliseconds, of runs that wrote 10,000 at least.</param>
sealed record RunTimes(IReadOnlyList<long> RanMs, IReadOnlyList<double> Rates, IReadOnlyList<double> Latencies)
{
    public static readonly RunTimes None = new([], [], []);

    /// <summary>99 of 100 runs took no longer.</summary>
    public TimeSpan P99 => RanMs.Count == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(RanMs.Order().ElementAt((int)Math.Ceiling(0.99 * RanMs.Count) - 1));

    public double Rate => Median(Rates);

    public double Latency => Median(Latencies);

    static double Median(IReadOnlyList<double> values) => values.Count == 0 ? 0 : values.Order().ElementAt(values.Count / 2);
}
