namespace Headgate.JobCoordinator.Jobs;

/// <summary>How stop times are shown, by the metric and by the calls alike.</summary>
static class StopTimes
{
    /// <summary>Upper bounds of the histogram's buckets in seconds, each inclusive; above the last there is one more.</summary>
    public static readonly double[] Bounds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
}
