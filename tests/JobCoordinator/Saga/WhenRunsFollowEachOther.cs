using Headgate.Contracts.Extraction;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Steps;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>Successors, and jobs that end in another order than they began.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenRunsFollowEachOther(SagaBench bench)
{
    [Fact]
    public async Task A_failed_job_that_is_superseded_owes_its_successor_and_one_that_has_ended_does_so_too()
    {
        var failed = await (await bench.AcceptAsync()).InAsync("Failed");
        var ended = await (await bench.AcceptAsync()).InAsync("Canceled");
        foreach (var job in new[] { failed, ended })
        {
            var successor = job.Acceptance(Guid.NewGuid());
            await bench.HandleAsync(new SupersedeJob { JobId = job.Id, Successor = successor });
            Assert.Equal(successor.JobId.ToString(), await job.OwedAsync("AcceptJob", "jobId"));
        }
    }

    [Theory]
    [InlineData("Processing")]
    [InlineData("Paused")]
    public async Task A_job_that_was_resumed_in_the_meantime_keeps_the_pipeline_and_the_run_is_recorded_as_skipped(string state)
    {
        var job = await (await bench.AcceptAsync()).InAsync(state);
        var successor = job.Acceptance(Guid.NewGuid());
        await ClaimForAsync(job, successor.JobId);
        await bench.HandleAsync(new SupersedeJob { JobId = job.Id, Successor = successor });
        Assert.Equal(job.Id, await CurrentAsync(job));
        Assert.Equal("the failed job was resumed", await job.ValueAsync<string>(
            $"""select reason as "Value" from coordinator.skipped_run where run_id = {successor.JobId} and job_id = {job.Id}"""));
        Assert.DoesNotContain("AcceptJob", await job.OwedAsync());
    }

    [Fact]
    public async Task A_successor_that_was_followed_by_another_run_gives_nothing_back()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        var another = Guid.NewGuid();
        await ClaimForAsync(job, another);
        await bench.HandleAsync(new SupersedeJob { JobId = job.Id, Successor = job.Acceptance(Guid.NewGuid()) });
        Assert.Equal(another, await CurrentAsync(job));
    }

    [Fact]
    public async Task Offsets_never_go_back_to_an_earlier_jobs_when_it_is_verified_late()
    {
        var early = await (await bench.AcceptAsync()).InAsync("Collecting");
        var late = await (await bench.AcceptAsync()).InAsync("Paused");
        await bench.ExecuteAsync(
            $"""
             insert into coordinator.object_offset (pipeline_id, object_key, job_id, attempt, object_no)
             select {early.PipelineId}, object_key, {late.Id}, 1, object_no from coordinator.job_object where job_id = {early.Id}
             """);
        await early.VerifyAsync();
        Assert.Equal(("Completed", late.Id), ((await early.RowAsync()).CurrentState, await OffsetAsync(early)));
    }

    [Fact]
    public async Task Offsets_move_on_from_an_earlier_jobs()
    {
        var early = await (await bench.AcceptAsync()).InAsync("Paused");
        var late = await (await bench.AcceptAsync()).InAsync("Collecting");
        await bench.ExecuteAsync(
            $"""
             insert into coordinator.object_offset (pipeline_id, object_key, job_id, attempt, object_no)
             select {late.PipelineId}, object_key, {early.Id}, 1, object_no from coordinator.job_object where job_id = {late.Id}
             """);
        await late.VerifyAsync();
        Assert.Equal(late.Id, await OffsetAsync(late));
    }

    [Fact]
    public async Task Offset_of_a_table_that_is_yet_to_be_created_is_forgotten_whatever_becomes_of_the_job()
    {
        var first = await (await bench.AcceptAsync()).InAsync("Completed");
        Assert.Equal(first.Id, await OffsetAsync(first));
        var next = await first.FollowAsync();
        await next.BeginAsync();
        Assert.Equal(first.Id, next.Sent<PrepareJob>()[^1].Objects.Single().Offset!.JobId);
        await next.PrepareAsync(isNew: true);
        Assert.Equal(0, await next.ValueAsync<long>($"select count(*) as \"Value\" from coordinator.object_offset where pipeline_id = {next.PipelineId}"));
        Assert.Equal(0, await next.ValueAsync<long>($"select count(offset_job_id) as \"Value\" from coordinator.job_object where job_id = {next.Id}"));
    }

    [Fact]
    public async Task A_launch_makes_offsets_of_other_versions_of_the_file_forgotten()
    {
        var first = await (await bench.AcceptAsync()).InAsync("Completed");
        await bench.ExecuteAsync(
            $"insert into coordinator.object_offset (pipeline_id, object_key, job_id, attempt, object_no) values ({first.PipelineId}, 'another', {first.Id}, 1, 0)");
        var next = await (await first.FollowAsync()).InAsync("Initializing");
        Assert.Equal(2, await OffsetsAsync(next));
        await next.LaunchAsync();
        Assert.Equal((1, first.Id), (await OffsetsAsync(next), await OffsetAsync(next)));
    }

    [Fact]
    public async Task A_job_that_is_verified_late_does_not_bring_back_an_offset_that_a_later_one_made_forgotten()
    {
        var early = await (await bench.AcceptAsync()).InAsync("Collecting");
        await early.PauseAsync();
        var late = await (await early.FollowAsync()).InAsync("Processing");
        await late.PauseFullyAsync();
        await late.CancelAsync();
        await late.ConfirmStopAsync();
        await early.ResumeAsync();
        await early.VerifyAsync();
        Assert.Equal(("Completed", 0), ((await early.RowAsync()).CurrentState, await OffsetsAsync(early)));
    }

    [Fact]
    public async Task A_new_attempt_goes_on_from_the_offset_that_the_job_began_with_unless_it_was_made_forgotten_since()
    {
        var first = await (await bench.AcceptAsync()).InAsync("Completed");
        var kept = await (await first.FollowAsync()).InAsync("Failed");
        await kept.RestartAsync();
        Assert.Equal(first.Id, kept.Sent<PrepareJob>()[^1].Objects.Single().Offset?.JobId);
        await kept.BreakAsync(JobStep.Prepare, retryable: false);
        await bench.ExecuteAsync($"delete from coordinator.object_offset where pipeline_id = {first.PipelineId}");
        await kept.RestartAsync();
        Assert.Null(kept.Sent<PrepareJob>()[^1].Objects.Single().Offset);
    }

    [Fact]
    public async Task An_offset_that_an_earlier_job_committed_between_a_later_ones_plan_and_launch_is_forgotten()
    {
        var early = await (await bench.AcceptAsync()).InAsync("Collecting");
        var late = await (await early.FollowAsync()).InAsync("Initializing");
        await early.VerifyAsync();
        Assert.Equal(early.Id, await OffsetAsync(early));
        await late.LaunchAsync();
        Assert.Equal(0, await OffsetsAsync(late));
    }

    /// <summary>Of two jobs of a pipeline: what the one forgets the other must see, or wait.</summary>
    [Theory]
    [InlineData("Initializing")]
    [InlineData("Collecting")]
    public async Task Launch_and_verification_wait_for_each_other_at_the_pipelines_row(string state)
    {
        var job = await (await bench.AcceptAsync()).InAsync(state);
        Task step;
        // No foreign key waits for this one.
        await using (await bench.LockAsync($"select from coordinator.pipeline where pipeline_id = '{job.PipelineId}' for no key update"))
        {
            step = state == "Initializing" ? job.LaunchAsync() : job.VerifyAsync();
            await bench.WaitingForLocksAsync(1);
            Assert.False(step.IsCompleted);
        }

        await step;
        Assert.Equal(state == "Initializing" ? "Processing" : "Completed", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task A_pending_job_asks_for_its_turn_again_in_seconds_and_one_that_is_prepared_is_given_longer_than_other_steps()
    {
        var job = await bench.AcceptAsync();
        Assert.True(await job.WakesInAsync() < TimeSpan.FromSeconds(10));
        await job.BeginAsync();
        var stall = new CoordinatorOptions().StallAfter;
        Assert.NotNull((await job.RowAsync()).StartedAt);
        Assert.True(await job.WakesInAsync() > stall + TimeSpan.FromSeconds(10));
        await job.PrepareAsync();
        Assert.True(await job.WakesInAsync() < stall + TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Progress_puts_off_the_time_at_which_it_is_looked_at()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await bench.ExecuteAsync($"update coordinator.sync_job set wake_at = now() where job_id = {job.Id}");
        await job.ProgressAsync(0, 5);
        Assert.True(await job.WakesInAsync() > TimeSpan.FromSeconds(10));
    }

    Task ClaimForAsync(SagaJob job, Guid id) => bench.ExecuteAsync($"update coordinator.pipeline set current_job_id = {id} where pipeline_id = {job.PipelineId}");

    static Task<Guid?> CurrentAsync(SagaJob job) =>
        job.ValueAsync<Guid?>($"""select current_job_id as "Value" from coordinator.pipeline where pipeline_id = {job.PipelineId}""");

    static Task<long> OffsetsAsync(SagaJob job) =>
        job.ValueAsync<long>($"""select count(*) as "Value" from coordinator.object_offset where pipeline_id = {job.PipelineId}""");

    static Task<Guid> OffsetAsync(SagaJob job) =>
        job.ValueAsync<Guid>($"""select job_id as "Value" from coordinator.object_offset where pipeline_id = {job.PipelineId}""");
}
