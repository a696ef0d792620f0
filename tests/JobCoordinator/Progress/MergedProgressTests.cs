using Headgate.Contracts.Loading;
using Headgate.JobCoordinator.Progress;

namespace Headgate.JobCoordinator.Tests.Progress;

public sealed class MergedProgressTests
{
    static readonly Guid One = Guid.NewGuid();
    static readonly Guid Other = Guid.NewGuid();

    [Fact]
    public void Each_segment_stands_where_the_furthest_event_says_in_whatever_order_they_come()
    {
        var merged = Assert.Single(MergedProgress.Of([Told(One, 1, (0, 0, 30), (1, 0, 1)), Told(One, 1, (0, 0, 10)), Told(One, 1, (0, 1, 5), (0, 0, 20))]));
        Assert.Equal([(0, 0, 30L), (0, 1, 5L), (1, 0, 1L)], Segments(merged));
    }

    [Fact]
    public void An_event_that_comes_twice_is_as_good_as_one()
    {
        var told = Told(One, 1, (0, 0, 7));
        Assert.Equal([(0, 0, 7L)], Segments(Assert.Single(MergedProgress.Of([told, told]))));
    }

    [Fact]
    public void Rejects_were_as_many_as_the_worst_event_says()
    {
        var told = new[] { (Written: 10, Peak: 3), (Written: 30, Peak: 1) }.Select(each => Told(One, 1) with
        {
            Segments = [new SegmentProgress { ObjectNo = 0, SegmentNo = 0, Written = each.Written, RejectPeak = each.Peak }],
        });
        var segment = Assert.Single(Assert.Single(MergedProgress.Of(told)).Segments);
        Assert.Equal((30, 3), (segment.Written, segment.RejectPeak));
    }

    [Fact]
    public void Each_job_has_one_message()
    {
        var merged = MergedProgress.Of([Told(One, 1, (0, 0, 1)), Told(Other, 1, (0, 0, 2)), Told(One, 1, (0, 0, 3))]).ToList();
        Assert.Equal([One, Other], merged.Select(told => told.JobId));
        Assert.Equal([3L, 2L], merged.Select(told => told.Segments.Single().Written));
    }

    [Fact]
    public void What_is_of_an_older_epoch_is_left_out()
    {
        var merged = Assert.Single(MergedProgress.Of([Told(One, 3, (0, 0, 5)), Told(One, 1, (0, 0, 50), (0, 1, 50))]));
        Assert.Equal(3, merged.Epoch);
        Assert.Equal([(0, 0, 5L)], Segments(merged));
    }

    static IEnumerable<(int, int, long)> Segments(JobProgressed merged) =>
        merged.Segments.Select(segment => (segment.ObjectNo, segment.SegmentNo, segment.Written)).Order();

    static JobProgressed Told(Guid job, int epoch, params (int Object, int Segment, long Written)[] segments) => new()
    {
        JobId = job,
        Epoch = epoch,
        Segments = [.. segments.Select(told => new SegmentProgress { ObjectNo = told.Object, SegmentNo = told.Segment, Written = told.Written })],
    };
}
