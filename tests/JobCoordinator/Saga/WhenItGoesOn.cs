using Headgate.Contracts.Extraction;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>After Resume and Restart.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenItGoesOn(SagaBench bench)
{
    [Fact]
    public async Task Nothing_of_the_stop_is_left_and_who_resumed_it_is_told()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Paused");
        await bench.AskAsync(new ResumeJob { JobId = job.Id, Actor = "somebody", Reason = "looked at it" });
        var row = await job.RowAsync();
        Assert.Equal((null, null, null, null), (row.Intent, row.Mode, row.StopRequestedAt, row.StopConfirmedAt));
        Assert.Equal(("somebody", "looked at it"), (await job.OwedAsync("JobResumed", "actor"), await job.OwedAsync("JobResumed", "reason")));
    }

    [Fact]
    public async Task Objects_that_were_fully_staged_stay_and_only_the_others_are_planned_anew()
    {
        var job = await (await bench.AcceptAsync(tables: 2)).InAsync("Initializing");
        await job.PrepareAsync(segments: 1, objects: 2);
        await job.ExtractAsync(0);
        await job.PauseFullyAsync(written: 0);
        await job.ResumeAsync();
        Assert.Equal([1], job.Sent<PrepareJob>()[^1].Objects.Select(entry => entry.ObjectNo));
        Assert.Equal(10, (await job.RowAsync()).Extracted);
    }

    [Fact]
    public async Task Half_an_object_is_planned_anew_since_its_snapshot_is_gone()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync();
        await job.ExtractAsync(0);
        await job.PauseFullyAsync(written: 0);
        await job.ResumeAsync();
        Assert.Equal(2, Assert.Single(job.Sent<PrepareJob>()[^1].Objects).FirstSegmentNo);
        Assert.Equal(0, (await job.RowAsync()).Extracted);
    }

    [Fact]
    public async Task Verification_is_asked_for_again()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Collecting");
        await job.PauseAsync();
        await job.ResumeAsync();
        Assert.Equal(2, job.Sent<VerifyJob>().Count);
    }

    [Fact]
    public async Task Tries_and_delays_of_before_do_not_count()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.BreakAsync(JobStep.Load, retryable: true, segment: 0);
        await bench.ExecuteAsync($"update coordinator.job_segment set state = 'Loading' where job_id = {job.Id}");
        await job.PauseFullyAsync();
        await job.ResumeAsync();
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        Assert.Equal(0, await job.ValueAsync<int>($"""select max(tries) as "Value" from coordinator.job_segment where job_id = {job.Id}"""));
        Assert.Equal(2, job.Sent<LoadSegment>().Count(sent => sent.SegmentNo == 0));
    }

    [Fact]
    public async Task A_new_attempt_releases_the_staging_of_the_one_before_and_starts_with_nothing()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.LoadAsync(0, deferred: 3);
        await job.LoadAsync(1);
        await job.PauseFullyAsync();
        Assert.NotNull((await job.RowAsync()).DeferredMark);
        await bench.ExecuteAsync($"update coordinator.job_object set replans = 3 where job_id = {job.Id}");
        await job.RestartAsync();

        var row = await job.RowAsync();
        Assert.Equal((2, null, null, 0L, 0L), (row.Attempt, row.ResumeTo, row.DeferredMark, row.Extracted, row.Rejected));
        Assert.Equal(("1", "true"), (await job.OwedAsync("ReleaseJob", "attempt"), await job.OwedAsync("ReleaseJob", "staging")));
        Assert.Equal("Unplanned 0 0 false", await job.ValueAsync<string>(
            $"""select concat_ws(' ', state, next_segment_no, replans, empty::text) as "Value" from coordinator.job_object where job_id = {job.Id}"""));
    }

    [Fact]
    public async Task A_new_attempt_takes_the_pipeline()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Failed");
        await job.RestartAsync();
        Assert.Equal(job.Id, await job.ValueAsync<Guid?>($"""select current_job_id as "Value" from coordinator.pipeline where pipeline_id = {job.PipelineId}"""));
    }

    [Fact]
    public async Task A_job_that_was_paused_before_its_turn_can_begin_again_at_once()
    {
        var job = await bench.AcceptAsync();
        await job.PauseAsync();
        await job.RestartAsync();
        Assert.NotNull((await job.RowAsync()).StartedAt);
        Assert.Equal([0], job.Sent<PrepareJob>()[^1].Objects.Select(entry => entry.ObjectNo));
    }

    [Fact]
    public async Task A_restart_of_a_job_whose_pipeline_has_a_later_job_that_was_canceled_is_accepted()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Failed");
        var other = await (await bench.AcceptAsync()).InAsync("Canceled");
        await bench.ExecuteAsync($"update coordinator.pipeline set current_job_id = {other.Id} where pipeline_id = {job.PipelineId}");
        Assert.Equal(CommandOutcome.Accepted, (await job.RestartAsync()).Outcome);
    }

    [Fact]
    public async Task A_resume_that_a_due_run_owes_goes_on_where_it_found_the_job()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Failed");
        var answer = await bench.AskAsync(new ResumeJob { JobId = job.Id, Actor = "schedule", Epoch = await job.EpochAsync() });
        Assert.Equal((CommandOutcome.Accepted, "Processing"), (answer.Outcome, answer.State));
        Assert.Equal(JobPhase.Launching, (await job.RowAsync()).Phase);
    }

    [Fact]
    public async Task A_run_that_comes_after_goes_on_from_the_offset_of_the_one_before()
    {
        var first = await (await bench.AcceptAsync()).InAsync("Completed");
        var second = first.Acceptance(Guid.NewGuid());
        await bench.HandleAsync(second);
        await bench.HandleAsync(new BeginJob { JobId = second.JobId });
        var prepare = Assert.Single(bench.Record.Sent.OfType<PrepareJob>(), sent => sent.JobId == second.JobId);
        Assert.Equal((first.Id, 1), (prepare.Objects[0].Offset?.JobId, prepare.Objects[0].Offset?.Attempt));
    }
}
