namespace Headgate.JobCoordinator.Guards.History;

/// <summary>How many records an object brought in its completed runs, of those that read all or of those that read what had changed.</summary>
/// <param name="Rows">Of the last runs, the latest first.</param>
/// <param name="Ended">When each of them ended.</param>
/// <param name="DayRows">The most that one run of a day brought, of the last days that had any.</param>
/// <param name="DaySums">What all runs of each of those days brought.</param>
/// <param name="Grown">Of runs that read what had changed: rows that they have inserted since the last that read all.</param>
sealed record RunHistory(
    IReadOnlyList<long> Rows, IReadOnlyList<DateTimeOffset> Ended, IReadOnlyList<long> DayRows, IReadOnlyList<long> DaySums, long Grown = 0)
{
    public static readonly RunHistory None = new([], [], [], []);

    public int Count => Rows.Count;

    public long Largest => Rows.Concat(DayRows).DefaultIfEmpty().Max();

    public long LargestDay => DaySums.DefaultIfEmpty().Max();

    public double Median => Of([.. Rows.Select(rows => (double)rows)]);

    /// <summary>The median of the distances from the median: one outlier does not move it, as it would a standard deviation.</summary>
    public double Spread => Median is var median ? Of([.. Rows.Select(rows => Math.Abs(rows - median))]) : 0;

    /// <summary>The usual time between two ends; null: too few.</summary>
    public TimeSpan? Interval =>
        Ended.Count < 2 ? null : TimeSpan.FromSeconds(Of([.. Ended.Zip(Ended.Skip(1), (later, earlier) => (later - earlier).TotalSeconds)]));

    static double Of(double[] values)
    {
        if (values.Length == 0) return 0;
        Array.Sort(values);
        var middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
