using Headgate.Contracts.Extraction;
using Headgate.Contracts.Jobs;
using Headgate.Hosting.Bus;
using Headgate.IngestWorker.Extraction;
using Headgate.IngestWorker.Releases;
using Headgate.IngestWorker.Sampling;
using Headgate.IngestWorker.Snapshots;
using Headgate.IngestWorker.Staging;
using Headgate.IngestWorker.State;
using Headgate.IngestWorker.Steps;
using MassTransit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.IngestWorker.Tests.Worker;

public sealed class ReleaseTests : WorkerTest
{
    [Fact]
    public async Task A_pause_closes_the_snapshot_and_keeps_what_is_staged()
    {
        var job = Job("a", "b");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        var staged = await Worker.AskAsync<SegmentExtracted>(job.Extract(0, 0));

        await ReleaseAsync((job with { Epoch = 2 }).Release(staging: false));

        Assert.Equal((0, 1), (Worker.Get<SnapshotKeeper>().Count, StagedFiles));
        await AssertSnapshotSessionsAsync(0);
        // What was sent before is stale; what is sent after the resume finds the snapshot gone.
        Assert.IsType<StepAnswer.Nothing>(await Worker.Get<SegmentExtraction>().RunAsync(job.Extract(1, 0), default));
        var resumed = job with { Epoch = 3 };
        await Worker.AskAsync<SnapshotLost>(resumed.Extract(1, 0));
        Assert.Equal(staged with { Epoch = 3 }, await Worker.AskAsync<SegmentExtracted>(resumed.Extract(0, 0)));
    }

    [Fact]
    public async Task The_end_of_a_job_deletes_what_was_staged_but_never_its_bounds()
    {
        var job = Job("a", "b");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        await Worker.AskAsync<SegmentExtracted>(job.Extract(0, 0));

        await ReleaseAsync(job.Release(staging: true));
        await ReleaseAsync(job.Release(staging: true));

        Assert.Equal(0, StagedFiles);
        Assert.Empty(Directory.GetDirectories(StagingPath));
        Assert.Equal(0, await State.ScalarAsync<long>("select count(*) from ingest.segment"));
        Assert.Equal(0, await State.ScalarAsync<long>("select count(*) from ingest.object"));
        Assert.Equal(2, await State.ScalarAsync<long>("select count(*) from ingest.bound"));
        Assert.IsType<StepAnswer.Nothing>(await Worker.Get<SegmentExtraction>().RunAsync(job.Extract(1, 0), default));
    }

    [Fact]
    public async Task A_restart_keeps_the_new_attempt()
    {
        var job = Job("a");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        await Worker.AskAsync<SegmentExtracted>(job.Extract(0, 0));
        var restarted = job with { Attempt = 2, Epoch = 2 };
        await Worker.AskAsync<JobPrepared>(restarted.PrepareAll());

        await ReleaseAsync(job.Release(staging: true));

        Assert.Equal(10, (await Worker.AskAsync<SegmentExtracted>(restarted.Extract(0, 0))).Rows);
        Assert.Equal(1, StagedFiles);
    }

    [Fact]
    public async Task A_preparation_that_comes_after_the_release_leaves_nothing_open()
    {
        var job = Job("a");
        await ReleaseAsync((job with { Epoch = 2 }).Release(staging: true));

        Assert.IsType<StepAnswer.Nothing>(await Worker.Get<Preparation.JobPreparation>().RunAsync(job.PrepareAll(), default, default));

        Assert.Equal(0, Worker.Get<SnapshotKeeper>().Count);
        await AssertSnapshotSessionsAsync(0);
    }

    [Fact]
    public async Task A_release_is_answered_under_its_own_id_once_it_is_done()
    {
        var job = Job("a");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        await Worker.AskAsync<SegmentExtracted>(job.Extract(0, 0));
        var id = NewId.NextGuid();

        var lane = await Worker.Get<IBus>().GetSendEndpoint(Lanes.Address(Lanes.Prepare));
        await lane.Send(job.Release(staging: true), context => context.MessageId = id);

        Assert.Equal(id, (await Worker.Trail.NextAsync<JobReleased>()).ReleaseId);
        Assert.Equal(0, StagedFiles);
    }

    [Fact]
    public async Task What_a_read_stages_for_a_job_that_was_released_meanwhile_is_deleted_when_the_read_ends()
    {
        var (kept, job) = (Job("a"), Job("b"));
        await Worker.AskAsync<JobPrepared>(kept.PrepareAll());
        await Worker.AskAsync<SegmentExtracted>(kept.Extract(0, 0));
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        var read = Job("a");
        await Worker.AskAsync<JobPrepared>(read.PrepareAll());
        await StageLateAsync(job);

        await KillSnapshotsAsync();
        await Worker.AskAsync<SnapshotLost>(read.Extract(0, 0));

        await AssertLeftAsync(kept, read);
    }

    [Fact]
    public async Task What_a_worker_that_was_killed_has_left_of_a_released_job_is_deleted_by_the_next_that_starts()
    {
        var (kept, job) = (Job("a"), Job("b"));
        await Worker.AskAsync<JobPrepared>(kept.PrepareAll());
        await Worker.AskAsync<SegmentExtracted>(kept.Extract(0, 0));
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        await StageLateAsync(job);

        await using var next = await WorkerHost.StartAsync(State, StagingPath);

        await AssertLeftAsync(kept);
    }

    [Fact]
    public async Task What_is_left_of_a_released_job_is_deleted_though_what_dry_runs_have_shown_cannot_be()
    {
        var job = Job("b");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        await StageLateAsync(job);
        var staging = Worker.Get<StagingDirectory>();
        staging.Ensure("samples", $"{Guid.NewGuid():N}", "1");
        using var sweep = new StagingSweep(
            Worker.Get<IngestState>(), staging, new SampleFiles(staging, new StoppedClock()), TimeProvider.System, NullLogger<StagingSweep>.Instance);

        await sweep.StartAsync(default);

        await EventuallyAsync(() => Task.FromResult(!Directory.Exists(staging.PathOf($"{job.JobId:N}"))));
        await sweep.StopAsync(default);
    }

    // A read that had looked for its segment before the release makes its directory and its file after it.
    async Task StageLateAsync(JobUnderTest job)
    {
        await ReleaseAsync(job.Release(staging: true));
        await using var writer = Worker.Get<StagingDirectory>().Create(new SegmentName(job.JobId, job.Attempt, 0, 0, job.Epoch, Guid.NewGuid()));
        Assert.True(await writer.PublishAsync(default));
    }

    Task AssertLeftAsync(params JobUnderTest[] jobs) => EventuallyAsync(() => Task.FromResult(
        Directory.GetDirectories(StagingPath).Select(Path.GetFileName).Order().SequenceEqual(jobs.Select(job => $"{job.JobId:N}").Order())));

    Task ReleaseAsync(ReleaseJob release) => Worker.Get<AttemptReleases>().RunAsync(release, default);

    /// <summary>By which nothing can be said to be over.</summary>
    sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => throw new IOException("It has stopped.");
    }
}
