using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>Tries, delays, and what a failure leaves behind.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenStepsFail(SagaBench bench)
{
    [Fact]
    public async Task A_failed_try_is_shown_and_the_job_wakes_for_the_next()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.BreakAsync(JobStep.Load, retryable: true, segment: 0);
        var row = await job.RowAsync();
        Assert.Equal("Object public.a: it broke.", row.WaitingFor);
        Assert.True(await job.WakesInAsync() < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Progress_of_others_and_what_is_sent_leave_the_time_of_the_next_try_as_it_is()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.BreakAsync(JobStep.Load, retryable: true, segment: 0);
        await job.ProgressAsync(1, 5);
        Assert.True(await job.WakesInAsync() < TimeSpan.FromSeconds(5));
        await job.AskAgainAsync();
        Assert.True(await job.WakesInAsync() < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_try_that_is_due_and_finds_no_room_does_not_wake_the_job_again_and_again()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync(segments: 3);
        for (var segment = 0; segment < 3; segment++) await job.ExtractAsync(segment);
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        await job.BreakAsync(JobStep.Load, retryable: true, segment: 0);
        await job.AskAgainAsync();
        Assert.Equal(2, job.Sent<LoadSegment>()[^1].SegmentNo);
        await bench.ExecuteAsync($"update coordinator.job_segment set not_before = now() where job_id = {job.Id} and segment_no = 0");
        await job.AskAgainAsync();
        Assert.True(await job.WakesInAsync() > TimeSpan.FromSeconds(10));
        await job.ProgressAsync(1, 5);
        Assert.True(await job.WakesInAsync() > TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_segment_gives_up_after_its_tries()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        var tries = new CoordinatorOptions().SegmentTries;
        await bench.ExecuteAsync($"update coordinator.job_segment set tries = {tries - 2} where job_id = {job.Id}");
        await job.BreakAsync(JobStep.Load, retryable: true, segment: 0);
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
        await job.BreakAsync(JobStep.Load, retryable: true, segment: 1);
        await bench.ExecuteAsync($"update coordinator.job_segment set state = 'Loading' where job_id = {job.Id}");
        await job.BreakAsync(JobStep.Load, retryable: true, segment: 0);
        Assert.Equal("Pausing", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task Steps_that_succeed_begin_their_tries_again()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.BreakAsync(JobStep.Prepare, retryable: true);
        await job.PrepareAsync(segments: 1);
        Assert.Equal((0, null), ((await job.RowAsync()).Tries, (await job.RowAsync()).WaitingFor));
        await job.ExtractAsync(0);
        await job.OpenFenceAsync();
        await job.BreakAsync(JobStep.ApplySchema, retryable: true);
        await job.ShapeAsync();
        Assert.Equal((0, null), ((await job.RowAsync()).Tries, (await job.RowAsync()).WaitingFor));
    }

    [Fact]
    public async Task Segments_that_succeed_begin_their_tries_again_for_what_comes_after()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync();
        await bench.ExecuteAsync($"update coordinator.job_segment set tries = 3, not_before = now() + interval '1 hour' where job_id = {job.Id}");
        await job.ExtractAsync(0);
        await job.ExtractAsync(1);
        Assert.Equal("0 ", await TriesAsync(job));
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        Assert.Equal(2, job.Sent<LoadSegment>().Count);
        await bench.ExecuteAsync($"update coordinator.job_segment set tries = 3, not_before = now() + interval '1 hour' where job_id = {job.Id}");
        await job.LoadAsync(0, deferred: 1);
        await job.LoadAsync(1);
        Assert.Equal("0 ", await TriesAsync(job));
    }

    [Fact]
    public async Task A_failure_moves_the_epoch_on_says_why_and_owes_a_release_that_keeps_what_is_staged()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        var before = await job.EpochAsync();
        await job.BreakAsync(JobStep.Prepare, retryable: false);
        var row = await job.RowAsync();
        Assert.Equal((before + 1, JobPhase.None, null), (row.Epoch, row.Phase, row.WakeAt));
        Assert.Equal(("headgate", "Object public.a: it broke."), (row.StopActor, row.StopReason));
        Assert.Equal("false", await job.OwedAsync("ReleaseJob", "staging"));
        Assert.Equal("Object public.a: it broke.", await job.OwedAsync("JobFailed", "error"));
    }

    [Fact]
    public async Task A_segment_that_is_lost_again_and_again_stops_the_job_by_its_fence()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await bench.ExecuteAsync($"update coordinator.job_object set replans = {new CoordinatorOptions().Replans} where job_id = {job.Id}");
        await job.LoseSegmentAsync(0);
        Assert.Equal("Pausing", (await job.RowAsync()).CurrentState);
        await job.ConfirmStopAsync();
        Assert.Equal(("Failed", "read-too-often"), ((await job.RowAsync()).CurrentState, (await job.RowAsync()).ErrorCode));

        // What was wrong may have been mended: it is read anew as often as before.
        await job.ResumeAsync();
        Assert.Equal(0, await job.ValueAsync<int>($"""select max(replans) as "Value" from coordinator.job_object where job_id = {job.Id}"""));
    }

    [Fact]
    public async Task A_job_that_is_paused_while_it_fails_stays_paused()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.BreakAsync(JobStep.Load, retryable: false);
        var answer = await job.PauseAsync();
        Assert.Equal((CommandOutcome.Accepted, "Pausing"), (answer.Outcome, answer.State));
        await job.ConfirmStopAsync();
        Assert.Equal(("Paused", "broken"), ((await job.RowAsync()).CurrentState, (await job.RowAsync()).ErrorCode));
        Assert.Equal(0, await job.FailuresAsync());
    }

    [Fact]
    public async Task A_pause_of_a_job_that_pauses_to_be_canceled_is_told_so()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.CancelAsync(pauseFirst: true);
        var answer = await job.PauseAsync();
        Assert.Equal(CommandOutcome.AlreadySo, answer.Outcome);
        Assert.Contains("canceled", answer.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Success_begins_the_pipelines_count_of_failures_again_and_a_cancel_does_not()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Failed");
        Assert.Equal(1, await job.FailuresAsync());
        await job.ResumeAsync();
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        await job.LoadAllAsync();
        await job.VerifyAsync();
        Assert.Equal(0, await job.FailuresAsync());
        var other = await (await bench.AcceptAsync()).InAsync("Failed");
        await other.CancelAsync();
        await other.ConfirmStopAsync();
        Assert.Equal(("Canceled", 1), ((await other.RowAsync()).CurrentState, await other.FailuresAsync()));
    }

    [Fact]
    public async Task Failures_of_a_pipeline_that_is_paused_leave_it_paused()
    {
        var job = await (await bench.AcceptAsync(maxFailures: 1)).InAsync("Processing");
        await bench.ExecuteAsync($"update coordinator.pipeline set state = 'Paused' where pipeline_id = {job.PipelineId}");
        await job.BreakAsync(JobStep.Load, retryable: false);
        await job.ConfirmStopAsync();
        Assert.Equal("Paused", await job.ValueAsync<string>($"""select state as "Value" from coordinator.pipeline where pipeline_id = {job.PipelineId}"""));
    }

    Task<string> TriesAsync(SagaJob job) => job.ValueAsync<string>(
        $"""select max(tries) || ' ' || coalesce(max(not_before)::text, '') as "Value" from coordinator.job_segment where job_id = {job.Id}""");
}
