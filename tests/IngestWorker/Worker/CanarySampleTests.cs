using Headgate.IngestWorker.Comparing;

namespace Headgate.IngestWorker.Tests.Worker;

public sealed class CanarySampleTests
{
    static readonly long[] Rows = [1_050, 40, 1_000_000, 7, 333];

    [Theory]
    [InlineData(50)]
    [InlineData(250)]
    [InlineData(1_000)]
    [InlineData(20_000)]
    public void The_first_records_and_others_from_anywhere_are_taken_each_once(int sample)
    {
        var runs = CanarySample.Of(Rows, sample, seed: 5);

        Assert.Equal(new SampledRun(0, 0, Math.Min(sample, 200)), runs[0]);
        Assert.True(runs.Select(run => run.Segment).Distinct().Count() <= 3);
        Assert.All(runs, run => Assert.InRange(run.FirstRow + run.Rows, 1, Rows[run.Segment]));
        var places = runs.SelectMany(run => Enumerable.Range(0, run.Rows).Select(row => (run.Segment, run.FirstRow + row))).ToList();
        Assert.Equal(places.Count, places.Distinct().Count());
        Assert.InRange(places.Count, Math.Min(sample, 1_057), sample);
        Assert.Equal(runs.OrderBy(run => run.Segment).ThenBy(run => run.FirstRow), runs);
    }

    [Fact]
    public void The_same_seed_finds_the_same_records_and_another_one_others()
    {
        Assert.Equal(CanarySample.Of(Rows, 1_000, seed: 5), CanarySample.Of(Rows, 1_000, seed: 5));
        Assert.NotEqual(CanarySample.Of(Rows, 1_000, seed: 5), CanarySample.Of(Rows, 1_000, seed: 6));
    }

    [Fact]
    public void Few_records_are_taken_whole()
    {
        Assert.Equal(150, CanarySample.Of([100, 20, 30], 1_000, seed: 1).Sum(run => run.Rows));
        Assert.Empty(CanarySample.Of([], 1_000, seed: 1));
        Assert.Equal(1_001_430, CanarySample.Of(Rows, 0, seed: 1).Sum(run => (long)run.Rows));
    }
}
