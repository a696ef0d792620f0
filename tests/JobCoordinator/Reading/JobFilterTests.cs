using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Headgate.JobCoordinator.Reading;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Reading;

/// <summary>Times in filters, to the ends of the calendar.</summary>
public sealed class JobFilterTests
{
    static readonly Timestamp Earliest = new() { Seconds = -62135596800 };
    static readonly Timestamp Latest = new() { Seconds = 253402300799, Nanos = 999_999_999 };

    [Fact]
    public void Times_at_the_ends_of_the_calendar_are_those_before_and_behind_all_jobs()
    {
        Assert.Equal((JobKey.Last.Created, JobKey.First.Created), BoundsOf(Earliest, Latest));
        Assert.Equal((JobKey.First.Created, JobKey.Last.Created), BoundsOf(Latest, Earliest));
    }

    [Fact]
    public void What_the_database_does_not_keep_of_a_time_counts_as_later()
    {
        var (since, until) = BoundsOf(new Timestamp { Seconds = 1, Nanos = 1_001 }, new Timestamp { Seconds = 1, Nanos = 2_000 });
        Assert.Equal((DateTimeOffset.UnixEpoch.AddSeconds(1).AddMicroseconds(2), DateTimeOffset.UnixEpoch.AddSeconds(1).AddMicroseconds(2)), (since, until));
    }

    [Fact]
    public void What_is_no_time_is_refused()
    {
        var error = Assert.Throws<RpcException>(() => BoundsOf(new Timestamp { Seconds = Latest.Seconds + 1 }, Latest));
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Contains("filter.created_since", error.Status.Detail, StringComparison.Ordinal);
    }

    static (DateTimeOffset Since, DateTimeOffset Until) BoundsOf(Timestamp since, Timestamp until)
    {
        var selection = JobFilters.Check(new JobFilter { CreatedSince = since, CreatedUntil = until }, project: null);
        return (selection.Since, selection.Until);
    }
}
