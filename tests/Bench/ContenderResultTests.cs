using Headgate.Bench.Measuring;

namespace Headgate.Bench.Tests;

public sealed class ContenderResultTests
{
    [Fact]
    public void Time_is_the_median_of_the_warm_rounds_only()
    {
        var result = new ContenderResult("x");
        result.Add(0, new Measure(100));
        Assert.Equal(100, result.Seconds);
        foreach (var seconds in (double[])[5, 3, 4]) result.Add(1, new Measure(seconds));
        Assert.Equal(4, result.Seconds);
    }

    [Fact]
    public void Refused_run_is_in_no_figure()
    {
        var result = new ContenderResult("x");
        result.Refuse(0, "unequal");
        Assert.Null(result.Seconds);
        Assert.Null(result.Cold);
        Assert.Equal("cold round: unequal", Assert.Single(result.Refused));
    }

    [Fact]
    public void Parts_are_medians_over_the_counted_rounds()
    {
        var result = new ContenderResult("x");
        result.Add(0, With(90));
        result.Add(1, With(1));
        result.Add(2, With(3));
        Assert.Equal(2, result.Parts["load"]);
        static Measure With(double load) => new(1, new Dictionary<string, double> { ["load"] = load });
    }
}
