using Headgate.Contracts.Jobs;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Reading;
using Headgate.JobCoordinator.Watching;

namespace Headgate.JobCoordinator.Tests.Watching;

public sealed class JobWatcherTests
{
    static readonly Snapshot Seen = new(7, 9, []);

    [Fact]
    public void Whoever_is_slow_gets_the_latest_of_each_job_and_no_queue()
    {
        var (watcher, job, other) = (new JobWatcher(_ => true, isFull: false), Guid.NewGuid(), Guid.NewGuid());
        for (var written = 1; written <= 1000; written++) watcher.Tell([Change(job, written), Change(other, written)], Seen, default);

        Assert.Equal([1000L, 1000L], watcher.Take().Changes.Select(change => change.Basic.Counts.Written));
        Assert.Empty(watcher.Take().Changes);
    }

    [Fact]
    public void What_does_not_concern_a_watcher_is_not_kept()
    {
        var job = Guid.NewGuid();
        var watcher = new JobWatcher(row => row.Id == job, isFull: false);
        watcher.Tell([Change(Guid.NewGuid(), 1), Change(job, 2)], Seen, default);

        Assert.Equal(job, watcher.Take().Changes.Single().Row.Id);
    }

    [Theory]
    [InlineData("5:9:5,7", 4, true)]
    [InlineData("5:9:5,7", 5, false)]
    [InlineData("5:9:5,7", 6, true)]
    [InlineData("5:9:5,7", 7, false)]
    [InlineData("5:9:5,7", 8, true)]
    [InlineData("5:9:5,7", 9, false)]
    [InlineData("9:9:", 8, true)]
    [InlineData("9:9:", 9, false)]
    public void Snapshot_sees_what_was_not_under_way(string snapshot, ulong transaction, bool sees)
    {
        Assert.Equal(sees, Snapshot.Parse(snapshot).Sees(transaction));
        Assert.Equal(snapshot, Snapshot.Parse(snapshot).ToString());
    }

    [Fact]
    public void Page_knows_its_own_jobs_by_its_own_look()
    {
        var pages = new ShownPages();
        pages.Add(Row(second: 50).Key, new Snapshot(10, 10, []));
        pages.Add(JobKey.Last, new Snapshot(20, 20, []));

        Assert.Equal((true, false), (pages.Know(Row(second: 60, changed: 9)), pages.Know(Row(second: 60, changed: 15))));
        Assert.Equal((true, false), (pages.Know(Row(second: 40, changed: 15)), pages.Know(Row(second: 40, changed: 21))));
        pages.Forget(new Snapshot(19, 25, [19]));
        Assert.True(pages.Know(Row(second: 40, changed: 15)));
        pages.Forget(new Snapshot(20, 25, []));
        Assert.False(pages.Know(Row(second: 40, changed: 15)));
    }

    static JobChange Change(Guid job, long written) => new(Row(job, written: written), default, full: null);

    static JobRow Row(Guid? id = null, int second = 0, ulong changed = 8, long written = 0) => new()
    {
        Id = id ?? Guid.NewGuid(),
        Project = "p",
        Pipeline = "p",
        PipelineId = Guid.NewGuid(),
        PipelineVersion = 1,
        Kind = JobKind.Incremental,
        State = "Processing",
        Attempt = 1,
        Epoch = 1,
        Trigger = TriggerKind.SyncNow,
        Actor = "tester",
        Counts = new RecordCounts { Written = written },
        Created = DateTimeOffset.UnixEpoch.AddSeconds(second),
        Changed = changed,
    };
}
