using Headgate.Contracts.Extraction;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;
using Headgate.IngestWorker.Steps;
using MassTransit;
using Npgsql;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>What a worker does when it hears that a job is being stopped.</summary>
public sealed class StopSignalTests : WorkerTest
{
    [Fact]
    public async Task An_extraction_in_hand_is_given_up_at_once_and_reports_nothing()
    {
        var job = Job("a", "b");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        await using (await BlockAsync("a"))
        {
            await Worker.SendAsync(job.Extract(0, 0));
            await WaitingForLockAsync(1);
            await StopAsync(job, epoch: 2, force: false);
            await WaitingForLockAsync(0);
            await NothingInHandAsync();
        }

        Assert.DoesNotContain(Worker.Trail.All, told => told is StepFailed or SegmentExtracted or SnapshotLost);
        Assert.Equal(0, StagedFiles);
        // The job that goes on is read as if nothing had been.
        Assert.Equal(10, (await Worker.AskAsync<SegmentExtracted>((job with { Epoch = 3 }).Extract(0, 0))).Rows);
    }

    [Fact]
    public async Task A_preparation_in_hand_is_given_up_at_once_and_leaves_no_snapshot_open()
    {
        var job = Job("a");
        await using (await BlockAsync("a"))
        {
            await Worker.SendAsync(job.PrepareAll());
            await WaitingForLockAsync(1);
            await StopAsync(job, epoch: 2, force: false);
            await WaitingForLockAsync(0);
            await NothingInHandAsync();
        }

        Assert.Empty(Worker.Trail.All);
        await AssertSnapshotSessionsAsync(0);
        await Worker.AskAsync<JobPrepared>((job with { Epoch = 3 }).PrepareAll());
    }

    [Fact]
    public async Task What_has_not_begun_when_the_stop_is_heard_is_not_begun()
    {
        var job = Job("a", "b");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        var staged = await Worker.AskAsync<SegmentExtracted>(job.Extract(0, 0));
        await StopAsync(job, epoch: 2, force: false);

        await Worker.SendAsync(job.Extract(1, 0));
        await Worker.SendAsync(job.Load(staged));

        // Lanes are first come, first served: what is answered next was behind it.
        var after = job with { Epoch = 2 };
        Assert.Equal(2, (await Worker.AskAsync<SegmentExtracted>(after.Extract(1, 0))).Epoch);
        Assert.Equal(2, (await Worker.AskAsync<SegmentLoaded>(after.Load(staged))).Epoch);
        await NothingInHandAsync();
        Assert.DoesNotContain(Worker.Trail.All, told => told is SegmentExtracted or SegmentLoaded or StepFailed);
    }

    [Fact]
    public async Task A_batch_in_hand_commits_when_the_stop_is_gentle_and_no_other_begins()
    {
        var batches = await LoadAsync(force: false);

        Assert.Equal(1, batches);
        Assert.DoesNotContain(Worker.Trail.All, told => told is SegmentLoaded or StepFailed);
    }

    [Fact]
    public async Task A_batch_in_hand_is_rolled_back_when_the_stop_is_by_force()
    {
        var batches = await LoadAsync(force: true);

        Assert.Equal(0, batches);
        Assert.DoesNotContain(Worker.Trail.All, told => told is SegmentLoaded or StepFailed);
    }

    [Fact]
    public async Task Another_job_and_a_later_epoch_go_on()
    {
        var job = Job("a");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        await using (await BlockAsync("a"))
        {
            await Worker.SendAsync(job.Extract(0, 0));
            await WaitingForLockAsync(1);
            await StopAsync(job, epoch: 1, force: true);
            await StopAsync(Job("a"), epoch: 9, force: true);
        }

        Assert.Equal(10, (await Worker.Trail.NextAsync<SegmentExtracted>()).Rows);
    }

    // 10,000 records are several batches; the first one is stopped in the middle of its write.
    async Task<int> LoadAsync(bool force)
    {
        await Source.ExecuteAsync("insert into a select n, 'a' || n from generate_series(11, 10000) n");
        var job = Job("a");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        var staged = await Worker.AskAsync<SegmentExtracted>(job.Extract(0, 0));
        var (isWriting, goOn) = (new TaskCompletionSource(), new ManualResetEventSlim());
        Worker.Destination.OnWrite = _ => { isWriting.TrySetResult(); goOn.Wait(TimeSpan.FromSeconds(20)); };

        await Worker.SendAsync(job.Load(staged));
        await isWriting.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await StopAsync(job, epoch: 2, force);
        goOn.Set();
        await NothingInHandAsync();
        return Worker.Destination.Ledgers[(job.JobId, 0, 0)].Batches.Count;
    }

    /// <summary>Tells the worker as the coordinator does, and waits until it has heard.</summary>
    async Task StopAsync(JobUnderTest job, int epoch, bool force)
    {
        var before = Worker.Ear.Heard;
        await Worker.Get<IBus>().Publish(new JobStopping { JobId = job.JobId, Epoch = epoch, Force = force });
        await EventuallyAsync(() => Task.FromResult(Worker.Ear.Heard > before));
    }

    async Task<NpgsqlConnection> BlockAsync(string table)
    {
        var connection = await Source.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"begin; lock table {table} in access exclusive mode", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    Task WaitingForLockAsync(long sessions) => EventuallyAsync(async () => await Source.ScalarAsync<long>(
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()") == sessions);

    Task NothingInHandAsync() => EventuallyAsync(() => Task.FromResult(Worker.Get<StepsInHand>().Count == 0));
}
