using Headgate.Bench.Measuring;

namespace Headgate.Bench.Tests;

public sealed class StatisticsTests
{
    [Theory]
    [InlineData(new[] { 3.0 }, 3)]
    [InlineData(new[] { 9.0, 1, 2 }, 2)]
    [InlineData(new[] { 8.0, 1, 3, 2 }, 2.5)]
    public void Median_is_the_middle_whatever_the_order(double[] values, double expected) => Assert.Equal(expected, Statistics.Median(values));

    [Theory]
    [InlineData(50, 10)]
    [InlineData(95, 19)]
    [InlineData(99, 20)]
    [InlineData(100, 20)]
    [InlineData(1, 1)]
    public void Percentile_is_the_nearest_value_that_was_measured(double percent, double expected) =>
        Assert.Equal(expected, Statistics.Percentile(Enumerable.Range(1, 20).Reverse().Select(n => (double)n), percent));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(100.1)]
    [InlineData(double.NaN)]
    public void Percentile_outside_the_hundred_is_refused(double percent) =>
        Assert.Throws<ArgumentException>(() => Statistics.Percentile([1], percent));

    [Fact]
    public void Nothing_measured_has_neither_median_nor_percentile()
    {
        Assert.Throws<ArgumentException>(() => Statistics.Median([]));
        Assert.Throws<ArgumentException>(() => Statistics.Percentile([], 50));
    }

    [Fact]
    public void Ratio_is_unknown_where_a_side_is_missing_or_zero()
    {
        Assert.Equal(0.5, Statistics.Ratio(2, 4));
        Assert.Null(Statistics.Ratio(null, 4));
        Assert.Null(Statistics.Ratio(2, null));
        Assert.Null(Statistics.Ratio(2, 0));
    }
}
