using System.Runtime.CompilerServices;
using Headgate.Contracts.Guards;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Pipelines;
using Headgate.Hosting.Bus;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Reconciling;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>Guards that trip while records are written.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenGuardsPause(SagaBench bench)
{
    [Fact]
    public async Task Window_of_rejects_pauses_the_job()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        Assert.All(job.Sent<LoadSegment>(), sent => Assert.Equal(1_000, sent.RejectsWindow));
        await job.ProgressAsync(0, written: 5, rejectPeak: 49);
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
        await job.ProgressAsync(0, written: 6, rejectPeak: 50);

        var row = await job.RowAsync();
        Assert.Equal(("Pausing", StopIntent.Pause, StopCause.Guard, CancelCause.ManyRejects), (row.CurrentState, row.Intent, row.StopCause, row.GuardCause));
        await job.ConfirmStopAsync();
        Assert.Equal("Paused", (await job.RowAsync()).CurrentState);
        Assert.Equal("Processing", (await job.RowAsync()).ResumeTo);
    }

    [Fact]
    public async Task Segment_that_is_over_before_anybody_told_of_it_counts_too()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await bench.HandleAsync(new SegmentLoaded
        {
            JobId = job.Id,
            Epoch = await job.EpochAsync(),
            ObjectNo = 0,
            SegmentNo = 0,
            Counts = new RecordCounts { Written = 10, Inserted = 10 },
            RejectPeak = 50,
        });
        Assert.Equal("Pausing", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task Segment_of_few_records_that_are_all_rejected_pauses_the_job()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await bench.HandleAsync(new SegmentLoaded
        {
            JobId = job.Id,
            Epoch = await job.EpochAsync(),
            ObjectNo = 0,
            SegmentNo = 0,
            Counts = new RecordCounts { Written = 10, Rejected = 10 },
            RejectPeak = 10,
        });
        Assert.Equal("Pausing", (await job.RowAsync()).CurrentState);
        Assert.Contains("has rejected 10 of 10 records", (await job.RowAsync()).StopReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pass_lets_the_rejects_of_an_object_be_and_no_others()
    {
        var job = await bench.LoadingTwoTablesAsync();
        await bench.ExecuteAsync($"update coordinator.job_object set destination = destination || object_no where job_id = {job.Id}");
        await job.ProgressAsync(0, written: 6, rejectPeak: 80);
        await job.ConfirmStopAsync();
        await bench.AskAsync(new ResumeJob { JobId = job.Id, Actor = "ann", Reason = "old rows, not ours", PassGuards = true });
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        await bench.HandleAsync(new JobProgressed
        {
            JobId = job.Id,
            Epoch = await job.EpochAsync(),
            Segments =
            [
                new SegmentProgress { ObjectNo = 0, SegmentNo = 0, Written = 7, RejectPeak = 90 },
                new SegmentProgress { ObjectNo = 1, SegmentNo = 0, Written = 7, RejectPeak = 50 },
            ],
        });
        Assert.Equal("Pausing", (await job.RowAsync()).CurrentState);
        Assert.Contains("has rejected 50 of 1,000 records", (await job.RowAsync()).StopReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pass_lets_the_rejects_be()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.ProgressAsync(0, written: 6, rejectPeak: 50);
        await job.ConfirmStopAsync();
        await bench.AskAsync(new ResumeJob { JobId = job.Id, Actor = "ann", Reason = "old rows, not ours", PassGuards = true });
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        await job.ProgressAsync(0, written: 7, rejectPeak: 80);
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
    }

    [Theory]
    [InlineData(GuardAction.Notify, "Processing", null)]
    [InlineData(GuardAction.Hold, "Pausing", StopIntent.Pause)]
    [InlineData(GuardAction.Cancel, "Pausing", StopIntent.Cancel)]
    [InlineData(GuardAction.Force, "Canceling", StopIntent.Cancel)]
    public async Task Action_is_what_the_file_says(GuardAction action, string state, StopIntent? intent)
    {
        var job = await (await bench.AcceptAsync(guards: new GuardsDefinition { Rejects = new RejectsGuard { Action = action } })).InAsync("Processing");
        await job.ProgressAsync(0, written: 6, rejectPeak: 50);
        await job.ProgressAsync(0, written: 7, rejectPeak: 60, epoch: await job.EpochAsync());
        var row = await job.RowAsync();
        Assert.Equal((state, intent), (row.CurrentState, row.Intent));
        Assert.Equal(1, await job.TimesOwedAsync("GuardTripped"));
        if (action == GuardAction.Force) Assert.Equal(CancelMode.Force, row.Mode);
    }

    [Fact]
    public async Task Run_that_takes_far_longer_than_those_before_is_told_of_once()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await RememberAsync(job, seconds: 10);
        await AgeAsync(job, seconds: 25);
        await DueAsync(job);
        Assert.Equal(0, await job.TimesOwedAsync("GuardTripped"));
        await AgeAsync(job, seconds: 16);
        await DueAsync(job);
        await DueAsync(job);
        Assert.Equal(("Processing", 1), ((await job.RowAsync()).CurrentState, await job.TimesOwedAsync("GuardTripped")));
        Assert.Equal("timesP99", await job.OwedAsync("GuardTripped", "measure"));
    }

    [Fact]
    public async Task Time_that_it_was_paused_does_not_count()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await AgeAsync(job, seconds: 20);
        await job.PauseFullyAsync();
        Assert.Null((await job.RowAsync()).GuardsDueAt);
        Assert.InRange((await job.RowAsync()).Ran.TotalSeconds, 20, 35);
        await AgeAsync(job, seconds: 500);
        await job.ResumeAsync();
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        await RememberAsync(job, seconds: 10);
        await DueAsync(job);
        Assert.Equal(0, await job.TimesOwedAsync("GuardTripped"));
    }

    [Fact]
    public async Task Time_of_an_earlier_attempt_does_not_count()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await AgeAsync(job, seconds: 500);
        await job.PauseFullyAsync();
        await job.RestartAsync();
        Assert.Equal((2, TimeSpan.Zero, TimeSpan.Zero), (await job.RowAsync()) is var row ? (row.Attempt, row.Ran, row.LoadedFor) : default);
    }

    [Theory]
    [InlineData("max_rows_per_second = 10")]
    [InlineData("waiting_for = 'a lock'")]
    public async Task Pace_of_a_job_that_was_slowed_down_or_waits_is_no_collapse(string because)
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await RememberAsync(job, seconds: 10_000, rate: 1_000);
        await AgeAsync(job, seconds: 61);
        await DueAsync(job);
        await AgeAsync(job, seconds: 61);
        await bench.ExecuteAsync(FormattableStringFactory.Create($"update coordinator.sync_job set {because} where job_id = {{0}}", job.Id));
        await DueAsync(job);
        Assert.Equal(0, await job.TimesOwedAsync("GuardTripped"));
    }

    [Fact]
    public async Task Pace_that_collapses_is_told_of()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await RememberAsync(job, seconds: 10_000, rate: 1_000);
        await AgeAsync(job, seconds: 61);
        await DueAsync(job);
        Assert.Equal(0, await job.TimesOwedAsync("GuardTripped"));
        await AgeAsync(job, seconds: 61);
        await DueAsync(job);
        Assert.Equal("minThroughput", await job.OwedAsync("GuardTripped", "measure"));
    }

    [Fact]
    public async Task Watch_tells_a_job_whose_time_has_come()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await RememberAsync(job, seconds: 10);
        await AgeAsync(job, seconds: 41);
        await bench.ExecuteAsync($"update coordinator.sync_job set guards_due_at = now() - interval '1 second' where job_id = {job.Id}");
        await using var watch = await bench.RunAsync<GuardWatch>();
        await bench.EventuallyAsync(async () => await job.TimesOwedAsync("GuardTripped") == 1);
    }

    async Task DueAsync(SagaJob job) => await bench.HandleAsync(
        new GuardDue { JobId = job.Id, Epoch = await job.EpochAsync(), Guard = Guard.Duration }, lane: Lanes.JobProgress);

    // As if so much more time had gone by.
    Task AgeAsync(SagaJob job, int seconds) => bench.ExecuteAsync(
        $$"""
          update coordinator.sync_job set running_since = running_since - make_interval(secs => {{seconds}}),
              pace_mark = jsonb_set(pace_mark, '{at}', to_jsonb((pace_mark ->> 'at')::timestamptz - make_interval(secs => {{seconds}})))
          where job_id = {{job.Id}}
          """);

    Task RememberAsync(SagaJob job, int seconds, double rate = 0) => bench.ExecuteAsync(
        $$"""
          insert into coordinator.run_history (pipeline_id, incremental, ran_ms, rates)
          values ({{job.PipelineId}}, false, array_fill({{seconds * 1_000L}}, array[20]), case when {{rate}} > 0 then array_fill({{rate}}, array[20]) else '{}' end)
          """);
}
