using Headgate.Contracts.Extraction;
using Headgate.IngestWorker.Snapshots;

namespace Headgate.IngestWorker.Tests.Worker;

public sealed class ExtractionTests : WorkerTest
{
    [Fact]
    public async Task Every_segment_is_staged_and_the_last_one_ends_the_snapshot()
    {
        var job = Job("a", "b");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());

        var a = await Worker.AskAsync<SegmentExtracted>(job.Extract(0, 0));
        Assert.Equal((0, 0, 10L, null), (a.ObjectNo, a.SegmentNo, a.Rows, a.NextSegmentNo));
        Assert.Equal(1, Worker.Get<SnapshotKeeper>().Count);

        var b = await Worker.AskAsync<SegmentExtracted>(job.Extract(1, 0));
        Assert.Equal(20, b.Rows);
        Assert.Equal(0, Worker.Get<SnapshotKeeper>().Count);
        await AssertSnapshotSessionsAsync(0);
        Assert.Equal(2, StagedFiles);
    }

    [Fact]
    public async Task The_snapshot_does_not_move()
    {
        var job = Job("a");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        await Source.ExecuteAsync("insert into a select n, 'late' from generate_series(11, 20) n");
        Assert.Equal(10, (await Worker.AskAsync<SegmentExtracted>(job.Extract(0, 0))).Rows);
    }

    [Fact]
    public async Task A_redelivery_says_the_same_and_stages_nothing_more()
    {
        var job = Job("a", "b");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        var first = await Worker.AskAsync<SegmentExtracted>(job.Extract(0, 0));
        Assert.Equal(first, await Worker.AskAsync<SegmentExtracted>(job.Extract(0, 0)));
        Assert.Equal(1, StagedFiles);
    }

    [Fact]
    public async Task Deliveries_at_the_same_time_agree_on_one_copy()
    {
        var job = Job("a", "b");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Worker.SendAsync(job.Extract(1, 0))));

        var copies = new HashSet<Guid>();
        for (var i = 0; i < 4; i++) copies.Add((await Worker.Trail.NextAsync<SegmentExtracted>()).Copy);

        Assert.Single(copies);
        Assert.Equal(1, StagedFiles);
    }

    [Fact]
    public async Task A_chain_goes_on_until_it_ends_and_the_same_again_when_redelivered()
    {
        await Source.ExecuteAsync("insert into a select n, 'x', now() - interval '1 minute' from generate_series(11, 60010) n");
        var (first, second) = (Job("a"), Job("a"));
        await Worker.AskAsync<JobPrepared>(first.PrepareAll());
        await State.ExecuteAsync("update ingest.bound set upper = upper - interval '1 day'");
        await Worker.AskAsync<JobPrepared>(second.PrepareAll(first.Offset));

        var head = await Worker.AskAsync<SegmentExtracted>(second.Extract(0, 0));
        Assert.Equal(head, await Worker.AskAsync<SegmentExtracted>(second.Extract(0, 0)));
        Assert.Equal(1, head.NextSegmentNo);

        var tail = await Worker.AskAsync<SegmentExtracted>(second.Extract(0, 1));
        Assert.Equal((60_010L, null), (head.Rows + tail.Rows, tail.NextSegmentNo));
    }

    [Fact]
    public async Task A_snapshot_is_let_go_when_what_is_left_unread_under_it_was_planned_anew()
    {
        var job = Job("a", "b");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        await Worker.AskAsync<JobPrepared>(job.Prepare((1, null, 1)));
        Assert.Equal(2, Worker.Get<SnapshotKeeper>().Count);

        await Worker.AskAsync<SegmentExtracted>(job.Extract(0, 0));

        Assert.Equal(1, Worker.Get<SnapshotKeeper>().Count);
        await Worker.AskAsync<SegmentExtracted>(job.Extract(1, 1));
        Assert.Equal(0, Worker.Get<SnapshotKeeper>().Count);
    }

    [Fact]
    public async Task A_snapshot_that_died_is_lost_and_the_object_is_planned_anew()
    {
        var job = Job("a", "b");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        await Worker.AskAsync<SegmentExtracted>(job.Extract(0, 0));
        await KillSnapshotsAsync();

        Assert.Equal(1, (await Worker.AskAsync<SnapshotLost>(job.Extract(1, 0))).ObjectNo);

        var again = await Worker.AskAsync<JobPrepared>(job.Prepare((1, null, 1)));
        Assert.Equal(1, Assert.Single(again.Objects).FirstSegmentNo);
        Assert.Equal(20, (await Worker.AskAsync<SegmentExtracted>(job.Extract(1, 1))).Rows);
        Assert.Equal(2, StagedFiles);
    }

    [Fact]
    public async Task The_keeper_notices_a_session_that_ended_and_holds_it_no_more()
    {
        var job = Job("a");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        await KillSnapshotsAsync();

        await Worker.Get<SnapshotKeeper>().RenewAllAsync(default);

        Assert.Equal(0, Worker.Get<SnapshotKeeper>().Count);
        Assert.NotNull(await State.ScalarAsync<DateTime?>("select released_at from ingest.snapshot"));
        await Worker.AskAsync<SnapshotLost>(job.Extract(0, 0));
    }

    [Fact]
    public async Task A_staged_file_that_is_gone_is_staged_again_while_the_snapshot_lives()
    {
        var job = Job("a", "b");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        var first = await Worker.AskAsync<SegmentExtracted>(job.Extract(0, 0));
        foreach (var file in Directory.GetFiles(StagingPath, "*.seg", SearchOption.AllDirectories)) File.Delete(file);

        var second = await Worker.AskAsync<SegmentExtracted>(job.Extract(0, 0));

        Assert.NotEqual(first.Copy, second.Copy);
        Assert.Equal(1, StagedFiles);
    }
}
