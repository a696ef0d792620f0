using System.Diagnostics;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.IngestWorker.Rates;
using Headgate.IngestWorker.Steps;
using MassTransit;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>The rate of a job that the worker has in hand is set.</summary>
public sealed class RateTests : WorkerTest
{
    [Fact]
    public async Task A_load_in_hand_slows_down_within_a_second_and_speeds_up_again()
    {
        var (job, staged) = await StageAsync(rows: 20_000);
        var batches = new BatchRecord();
        Worker.Destination.OnWrite = batches.Add;
        await Worker.SendAsync(job.Load(staged) with { RateNo = 1, MaxRowsPerSecond = 2_000 });
        await batches.CountAsync(3);
        Assert.Equal([2_000, 2_000, 2_000], batches.Taken.Select(batch => batch.Rows));

        var slowed = Stopwatch.GetTimestamp();
        await SetRateAsync(job, no: 2, 200);
        await batches.CountAsync(6);
        var (taken, from, until) = batches.Since(slowed);
        Assert.All(taken, batch => Assert.InRange(batch.Rows, 1, 200));
        // The first one waits for what was taken before, and no longer than a second; the others are a second apart.
        Assert.InRange(from.TotalSeconds, 0, 1.9);
        Assert.InRange(until.TotalSeconds, 2.4, 4.5);

        var freed = Stopwatch.GetTimestamp();
        await SetRateAsync(job, no: 3, 0);
        Assert.Equal(20_000, (await Worker.Trail.NextAsync<SegmentLoaded>()).Counts.Written);
        Assert.InRange(Stopwatch.GetElapsedTime(freed).TotalSeconds, 0, 5);
    }

    [Fact]
    public async Task A_load_that_waits_for_its_rate_goes_on_at_once_when_it_may()
    {
        var (job, staged) = await StageAsync(rows: 1_000);
        var batches = new BatchRecord();
        Worker.Destination.OnWrite = batches.Add;
        await Worker.SendAsync(job.Load(staged) with { RateNo = 1, MaxRowsPerSecond = 0.05 });
        await batches.CountAsync(1);

        var freed = Stopwatch.GetTimestamp();
        await SetRateAsync(job, no: 2, 0);
        await Worker.Trail.NextAsync<SegmentLoaded>();
        Assert.InRange(Stopwatch.GetElapsedTime(freed).TotalSeconds, 0, 5);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_load_that_waits_for_its_rate_stops_at_once(bool force)
    {
        var (job, staged) = await StageAsync(rows: 10_000);
        var batches = new BatchRecord();
        Worker.Destination.OnWrite = batches.Add;
        // A record every 20 seconds.
        await Worker.SendAsync(job.Load(staged) with { RateNo = 1, MaxRowsPerSecond = 0.05 });
        await batches.CountAsync(1);

        await StopWaitAsync(job, force);

        Assert.Equal(1, Worker.Destination.Ledgers[(job.JobId, 0, 0)].NextRow);
        Assert.DoesNotContain(Worker.Trail.All, told => told is SegmentLoaded);
    }

    [Fact]
    public async Task A_segment_that_was_sent_before_the_rate_was_set_keeps_to_it()
    {
        var (job, staged) = await StageAsync(rows: 10_000);
        var batches = new BatchRecord();
        Worker.Destination.OnWrite = batches.Add;
        await SetRateAsync(job, no: 2, 300);
        await SetRateAsync(job, no: 1, 5_000);

        await Worker.SendAsync(job.Load(staged));
        await batches.CountAsync(1);
        Assert.Equal(300, batches.Taken[0].Rows);
        await SetRateAsync(job, no: 3, 0);
        await Worker.Trail.NextAsync<SegmentLoaded>();
    }

    [Fact]
    public async Task A_read_takes_what_its_rate_allows_for_a_while_and_leaves_the_rest_to_its_chain()
    {
        await FillAsync(30_000);
        var job = Job("a");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        await Worker.SendAsync(job.Extract(0, 0) with { MaxRowsPerSecond = 100 });
        await InHandAsync();
        await SetRateAsync(job, no: 1, 0);

        var first = await Worker.Trail.NextAsync<SegmentExtracted>();
        Assert.InRange(first.Rows, 500, 2_000);
        Assert.Equal(1, first.NextSegmentNo);
        // What is read in the place of a lost file is the same part.
        foreach (var file in Directory.GetFiles(StagingPath, "*.seg", SearchOption.AllDirectories)) File.Delete(file);
        Assert.Equal(first.Rows, (await Worker.AskAsync<SegmentExtracted>(job.Extract(0, 0))).Rows);
        var second = await Worker.AskAsync<SegmentExtracted>(job.Extract(0, 1));
        Assert.Equal((30_000, (int?)null), (first.Rows + second.Rows, second.NextSegmentNo));
    }

    [Fact]
    public async Task A_read_in_hand_that_is_slowed_down_begins_again_with_fewer_records()
    {
        await FillAsync(30_000);
        var job = Job("a");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        // Cut for ten seconds' worth, which is all of it; the first piece of the copy has some thousand records.
        await Worker.SendAsync(job.Extract(0, 0) with { MaxRowsPerSecond = 3_000 });
        await InHandAsync();
        var since = await Source.ScalarAsync<DateTime>("select clock_timestamp()");
        await SetRateAsync(job, no: 1, 100);
        await InHandAsync(since);
        await SetRateAsync(job, no: 2, 0);

        var first = await Worker.Trail.NextAsync<SegmentExtracted>();
        Assert.InRange(first.Rows, 500, 2_000);
        Assert.Equal(1, StagedFiles);
    }

    [Fact]
    public async Task A_read_that_waits_for_its_rate_stops_at_once()
    {
        await FillAsync(30_000);
        var job = Job("a");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        await Worker.SendAsync(job.Extract(0, 0) with { MaxRowsPerSecond = 100 });
        await InHandAsync();

        await StopWaitAsync(job, force: false);

        Assert.DoesNotContain(Worker.Trail.All, told => told is SegmentExtracted);
        Assert.Equal(0, StagedFiles);
    }

    async Task<(JobUnderTest Job, SegmentExtracted Staged)> StageAsync(int rows)
    {
        await FillAsync(rows);
        var job = Job("a");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        return (job, await Worker.AskAsync<SegmentExtracted>(job.Extract(0, 0)));
    }

    Task FillAsync(int rows) =>
        Source.ExecuteAsync($"insert into a select n, 'a' || n from generate_series(11, {rows}) n; analyze a");

    async Task SetRateAsync(JobUnderTest job, int no, double rate)
    {
        await Worker.Get<IBus>().Publish(new JobRateChanged { JobId = job.JobId, RateNo = no, MaxRowsPerSecond = rate });
        using var hand = Worker.Get<JobRates>().Take(job.Extract(0, 0));
        await EventuallyAsync(() => Task.FromResult(hand.Rate.Now.No >= no));
    }

    async Task StopWaitAsync(JobUnderTest job, bool force)
    {
        var since = Stopwatch.GetTimestamp();
        await Worker.Get<IBus>().Publish(new JobStopping { JobId = job.JobId, Epoch = 2, Force = force });
        await EventuallyAsync(() => Task.FromResult(Worker.Get<StepsInHand>().Count == 0));
        Assert.InRange(Stopwatch.GetElapsedTime(since).TotalSeconds, 0, 1);
    }

    /// <summary>Until a read's COPY has begun, whose reader waits.</summary>
    Task InHandAsync(DateTime since = default) => EventuallyAsync(async () => await Source.ScalarAsync<long>(
        $"""
         select count(*) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and query like 'COPY %' and query_start > '{since:O}'
         """) > 0);
}
