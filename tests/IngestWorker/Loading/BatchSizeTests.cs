using Headgate.IngestWorker.Loading;

namespace Headgate.IngestWorker.Tests.Loading;

public sealed class BatchSizeTests
{
    static readonly TimeSpan Target = TimeSpan.FromMilliseconds(200);

    [Theory]
    [InlineData(2_000, 200, 2_000)]
    [InlineData(2_000, 100, 4_000)]
    [InlineData(2_000, 1, 4_000)]
    [InlineData(2_000, 0, 4_000)]
    [InlineData(2_000, 250, 1_600)]
    [InlineData(2_000, 5_000, 1_000)]
    [InlineData(1, 10_000, 1)]
    [InlineData(40_000, 10, 50_000)]
    public void The_next_size_comes_nearer_to_the_target(int rows, int milliseconds, int next)
    {
        var size = new BatchSize(Target, BatchSize.Start);
        size.Committed(rows, TimeSpan.FromMilliseconds(milliseconds));
        Assert.Equal(next, size.Next(0, long.MaxValue));
    }

    [Fact]
    public void The_first_batch_takes_2000() => Assert.Equal(2_000, new BatchSize(Target, BatchSize.Start).Next(0, 1_000_000));

    [Theory]
    [InlineData(300, 5, 8_000)]
    [InlineData(300, 400, 150)]
    [InlineData(300, 150, 4_000)]
    [InlineData(8_000, 100, 16_000)]
    public void The_next_segment_begins_with_what_this_one_has_come_to_and_a_short_last_batch_does_not_count_against_it(int rows, int milliseconds, int learned)
    {
        var size = new BatchSize(Target, 8_000);

        size.Committed(rows, TimeSpan.FromMilliseconds(milliseconds));

        Assert.Equal(learned, size.Learned);
    }

    [Fact]
    public void A_batch_ends_with_the_segment() => Assert.Equal(7, new BatchSize(Target, BatchSize.Start).Next(993, 1_000));

    [Fact]
    public void A_range_that_holds_a_bad_record_is_halved_and_never_passed()
    {
        var size = new BatchSize(Target, BatchSize.Start);
        Assert.False(size.IsFoundIn(0, 2_000));
        Assert.Equal(1_000, size.Next(0, 10_000));
        size.Committed(1_000, TimeSpan.FromMilliseconds(1));
        Assert.Equal(500, size.Next(1_000, 10_000));
        Assert.False(size.IsFoundIn(1_000, 500));
        Assert.Equal(250, size.Next(1_000, 10_000));
        Assert.True(size.IsFoundIn(1_400, 1));
        Assert.Equal(1, size.Next(1_400, 10_000));
        size.Rejected();
        Assert.Equal(2, size.Next(1_401, 10_000));
    }

    [Theory]
    [InlineData(1, 10_000, 0)]
    [InlineData(2, 10_000, 1)]
    [InlineData(3, 10_000, 10)]
    [InlineData(4, 5_000, 500)]
    [InlineData(5, 300, 300)]
    public void Every_bad_record_is_found_and_batches_follow_one_another(int seed, int rows, int badCount)
    {
        var random = new Random(seed);
        var bad = Enumerable.Range(0, rows).OrderBy(_ => random.Next()).Take(badCount).ToHashSet();
        var size = new BatchSize(Target, BatchSize.Start);
        var (found, tries, next) = (new HashSet<int>(), 0, 0);
        while (next < rows)
        {
            var taken = size.Next(next, rows);
            Assert.InRange(taken, 1, rows - next);
            Assert.True(++tries < (badCount * 30) + 100, "the search does not end");
            if (!Enumerable.Range(next, taken).Any(bad.Contains))
            {
                size.Committed(taken, TimeSpan.FromTicks(taken * random.Next(1, 4000)));
                next += taken;
            }
            else if (size.IsFoundIn(next, taken))
            {
                found.Add(next++);
                size.Rejected();
            }
        }

        Assert.Equal(bad.Order(), found.Order());
    }
}
