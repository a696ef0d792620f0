using Headgate.Contracts.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>Between the last written segment and the closed fence.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenFinishing(SagaBench bench)
{
    [Fact]
    public async Task Rows_that_vanished_are_dealt_with_after_the_last_segment_and_before_the_fence_moves_on()
    {
        var job = await FinishingAsync();
        Assert.Equal(("Processing", JobPhase.Finishing), await PlaceAsync(job));
        Assert.Single(job.Sent<FinishObjects>());
        Assert.True(job.Sent<MoveFence>()[^1].Open);

        await FinishAsync(job, 7);

        Assert.Equal(("Processing", JobPhase.Closing), await PlaceAsync(job));
        Assert.Equal(7, (await job.RowAsync()).Vanished);
        Assert.Equal(7, await job.ValueAsync<long>($"""select vanished as "Value" from coordinator.job_object where job_id = {job.Id}"""));
        Assert.False(job.Sent<MoveFence>()[^1].Open);
    }

    [Theory]
    [InlineData(OnVanished.Keep, true)]
    [InlineData(OnVanished.Delete, false)]
    public async Task There_is_nothing_to_finish_where_rows_are_kept_or_only_a_part_was_read(OnVanished vanished, bool full)
    {
        var job = await LoadingAsync(vanished, full);
        await job.LoadAsync(0);
        await job.LoadAsync(1);
        Assert.Equal(("Processing", JobPhase.Closing), await PlaceAsync(job));
        Assert.Empty(job.Sent<FinishObjects>());
    }

    [Fact]
    public async Task What_is_said_of_another_epoch_or_phase_changes_nothing()
    {
        var job = await LoadingAsync();
        await FinishAsync(job, 1);
        Assert.Equal(("Processing", JobPhase.Loading), await PlaceAsync(job));
        await job.LoadAsync(0);
        await job.LoadAsync(1);
        await FinishAsync(job, 1, epoch: await job.EpochAsync() - 1);
        Assert.Equal(("Processing", JobPhase.Finishing), await PlaceAsync(job));
    }

    [Fact]
    public async Task A_pause_stops_it_and_a_resume_goes_on_with_it()
    {
        var job = await FinishingAsync();
        await job.PauseFullyAsync(20);
        Assert.Equal("Paused", (await job.RowAsync()).CurrentState);
        await job.ResumeAsync();
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        Assert.Equal(("Processing", JobPhase.Finishing), await PlaceAsync(job));
        Assert.Equal(2, job.Sent<FinishObjects>().Count);
        Assert.Equal(await job.EpochAsync(), job.Sent<FinishObjects>()[^1].Epoch);
    }

    [Fact]
    public async Task The_reconciler_sends_it_again()
    {
        var job = await FinishingAsync();
        await job.AskAgainAsync();
        Assert.Equal(2, job.Sent<FinishObjects>().Count);
    }

    [Fact]
    public async Task An_error_that_may_pass_is_tried_again_and_any_other_fails_the_job()
    {
        var job = await FinishingAsync();
        await job.BreakAsync(JobStep.Finish, retryable: true);
        Assert.Equal(("Processing", JobPhase.Finishing), await PlaceAsync(job));
        await job.BreakAsync(JobStep.Finish, retryable: false);
        await job.ConfirmStopAsync(20);
        Assert.Equal("Failed", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task What_somebody_else_holds_up_is_waited_for_with_his_name_and_told_of_and_can_be_stopped()
    {
        var job = await FinishingAsync();
        for (var time = 0; time <= new CoordinatorOptions().StepTries; time++)
        {
            await job.BreakAsync(JobStep.Finish, retryable: true, held: true);
            Assert.True(await job.WakesInAsync() < TimeSpan.FromSeconds(5));
            await job.AskAgainAsync();
        }

        var row = await job.RowAsync();
        Assert.Equal((JobPhase.Finishing, 0, "Object public.a: it broke."), (row.Phase, row.Tries, row.WaitingFor));
        await job.PassDeadlineAsync();
        Assert.Equal(1, await job.TimesOwedAsync(nameof(JobDeadlinePassed)));
        await job.PauseFullyAsync(20);
        Assert.Equal("Paused", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task What_somebody_else_holds_up_is_waited_for_where_it_was_tried_often_before()
    {
        var job = await FinishingAsync();
        for (var tries = 1; tries < new CoordinatorOptions().StepTries; tries++) await job.BreakAsync(JobStep.Finish, retryable: true);

        await job.BreakAsync(JobStep.Finish, retryable: true, held: true);

        var row = await job.RowAsync();
        Assert.Equal((JobPhase.Finishing, "Object public.a: it broke."), (row.Phase, row.WaitingFor));
    }

    [Fact]
    public async Task A_run_that_stands_still_in_it_says_in_what()
    {
        var job = await FinishingAsync();
        await job.PassDeadlineAsync();
        Assert.Contains("rows that vanished", (await job.RowAsync()).WaitingFor, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_counts_what_has_vanished_so_far_and_is_a_sign_of_life()
    {
        var job = await FinishingAsync();
        await bench.ExecuteAsync($"update coordinator.sync_job set deadline_at = now() where job_id = {job.Id}");
        await job.BreakAsync(JobStep.Finish, retryable: true);
        Assert.Equal(1, (await job.RowAsync()).Tries);
        await bench.HandleAsync(new JobProgressed
        {
            JobId = job.Id,
            Epoch = await job.EpochAsync(),
            Segments = [new SegmentProgress { ObjectNo = 0, SegmentNo = SegmentProgress.NoSegment, Written = 0, Vanished = 4 }],
        });
        var row = await job.RowAsync();
        Assert.Equal((4, 20, 0), (row.Vanished, row.Written, row.Tries));
        Assert.True(row.DeadlineAt > TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task What_the_fence_counts_holds_and_a_new_attempt_counts_anew()
    {
        var job = await FinishingAsync();
        await FinishAsync(job, 7);
        await bench.HandleAsync(new FenceMoved
        {
            JobId = job.Id,
            Epoch = await job.EpochAsync(),
            Open = false,
            At = DateTimeOffset.UnixEpoch,
            Counts = new Dictionary<int, RecordCounts> { [0] = new() { Written = 20, Inserted = 20, Vanished = 8 } },
        });
        Assert.Equal(8, (await job.RowAsync()).Vanished);
        await job.BreakAsync(JobStep.Verify, retryable: false);
        await job.RestartAsync();
        Assert.Equal(0, (await job.RowAsync()).Vanished);
        Assert.Equal(8, await job.ValueAsync<long>($"""select vanished as "Value" from coordinator.job_attempt where job_id = {job.Id}"""));
    }

    async Task<SagaJob> FinishingAsync()
    {
        var job = await LoadingAsync();
        await job.LoadAsync(0);
        await job.LoadAsync(1);
        return job;
    }

    async Task<SagaJob> LoadingAsync(OnVanished vanished = OnVanished.Delete, bool full = true)
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await bench.ExecuteAsync($"update coordinator.job_object set full_read = {full} where job_id = {job.Id}");
        await bench.ExecuteAsync(
            $"""
             update coordinator.pipeline_version set definition = definition || jsonb_build_object('onVanished', {vanished.ToString()})
             where pipeline_id = {job.PipelineId}
             """);
        return job;
    }

    static async Task<(string State, JobPhase Phase)> PlaceAsync(SagaJob job)
    {
        var row = await job.RowAsync();
        return (row.CurrentState, row.Phase);
    }

    async Task FinishAsync(SagaJob job, long vanished, int? epoch = null) => await bench.HandleAsync(new ObjectsFinished
    {
        JobId = job.Id,
        Epoch = epoch ?? await job.EpochAsync(),
        Vanished = new Dictionary<int, long> { [0] = vanished },
    });
}
