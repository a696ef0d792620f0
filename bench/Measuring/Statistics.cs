namespace Headgate.Bench.Measuring;

/// <summary>What is said of a handful of measured values.</summary>
static class Statistics
{
    /// <summary>The middle value; of an even number the mean of the two in the middle.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = Sorted(values);
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>The smallest value that at least so many percent of all do not exceed (nearest rank): one that was really measured.</summary>
    /// <exception cref="ArgumentException">There is none, or the percentage is not above 0 and at most 100.</exception>
    public static double Percentile(IEnumerable<double> values, double percent)
    {
        if (percent is not (> 0 and <= 100)) throw new ArgumentException("A percentage is above 0 and at most 100.", nameof(percent));
        var sorted = Sorted(values);
        return sorted[(int)Math.Ceiling(sorted.Length * percent / 100) - 1];
    }

    /// <summary>How many times the second goes into the first; null where that says nothing.</summary>
    public static double? Ratio(double? numerator, double? denominator) =>
        numerator is { } n && denominator is { } d and > 0 ? n / d : null;

    static double[] Sorted(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length > 0 ? sorted : throw new ArgumentException("Of no values there are no statistics.", nameof(values));
    }
}
