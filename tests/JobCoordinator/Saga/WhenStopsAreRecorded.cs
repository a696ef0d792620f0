using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>Every stop carries who, why and when, and leaves the job with nothing that would wake it.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenStopsAreRecorded(SagaBench bench)
{
    [Fact]
    public async Task A_stop_moves_the_epoch_on_and_is_unconfirmed_until_the_fence_says_so()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        var before = await job.EpochAsync();
        await bench.ExecuteAsync($"update coordinator.sync_job set tries = 3, waiting_for = 'the schema', stop_confirmed_at = now() where job_id = {job.Id}");
        await job.PauseAsync();
        var row = await job.RowAsync();
        Assert.Equal((before + 1, JobPhase.Stopping, StopIntent.Pause, "Processing"), (row.Epoch, row.Phase, row.Intent, row.ResumeTo));
        Assert.Equal(("tester", "to look", 0, null, null), (row.StopActor, row.StopReason, row.Tries, row.WaitingFor, row.StopConfirmedAt));
        Assert.NotNull(row.StopRequestedAt);
        Assert.NotNull(row.WakeAt);
        await job.ConfirmStopAsync();
        row = await job.RowAsync();
        Assert.Equal((JobPhase.None, null), (row.Phase, row.WakeAt));
        Assert.Equal(("tester", "to look"), (await job.OwedAsync("JobPaused", "actor"), await job.OwedAsync("JobPaused", "reason")));
    }

    [Fact]
    public async Task A_stop_at_once_leaves_nothing_that_would_wake_it()
    {
        var job = await bench.AcceptAsync();
        await job.PauseAsync();
        Assert.Equal((JobPhase.None, null), ((await job.RowAsync()).Phase, (await job.RowAsync()).WakeAt));
    }

    [Fact]
    public async Task A_cancel_of_a_stopped_job_is_a_stop_of_its_own_and_does_not_change_where_it_stood()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Paused");
        var before = await job.EpochAsync();
        await job.CancelAsync();
        var row = await job.RowAsync();
        Assert.Equal((before + 1, CancelMode.Graceful, "Processing"), (row.Epoch, row.Mode, row.ResumeTo));
        await job.ConfirmStopAsync();
        row = await job.RowAsync();
        Assert.Equal((JobPhase.None, null, null), (row.Phase, row.WakeAt, row.WaitingFor));
        Assert.Equal(("true", "wrong mapping"), (await job.OwedAsync("ReleaseJob", "staging"), await job.OwedAsync("JobCanceled", "reason")));
    }

    [Fact]
    public async Task A_discard_of_a_running_job_is_forced()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.DiscardAsync();
        Assert.True(job.Sent<Contracts.Fencing.MoveFence>()[^1].Force);
    }

    [Fact]
    public async Task A_pause_that_turns_into_a_cancel_carries_who_canceled()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Pausing");
        await bench.AskAsync(new CancelJob { JobId = job.Id, Actor = "another", Reason = "after all" });
        await job.ConfirmStopAsync();
        await job.ConfirmStopAsync();
        Assert.Equal(("another", "after all"), (await job.OwedAsync("JobCanceled", "actor"), await job.OwedAsync("JobCanceled", "reason")));
    }

    [Fact]
    public async Task A_cancel_that_escalates_is_that_of_whoever_asked_for_force()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Paused");
        await job.CancelAsync();
        var before = await job.RowAsync();
        await bench.AskAsync(new CancelJob { JobId = job.Id, Actor = "another", Reason = "it hangs", Mode = CancelMode.Force });
        var row = await job.RowAsync();
        Assert.Equal((CancelMode.Force, "another", "it hangs"), (row.Mode, row.StopActor, row.StopReason));
        Assert.True(row.StopRequestedAt > before.StopRequestedAt, "It was not requested anew.");
        await job.ConfirmStopAsync();
        Assert.Equal(("another", "it hangs"), (await job.OwedAsync("JobCanceled", "actor"), await job.OwedAsync("JobCanceled", "reason")));
    }

    [Fact]
    public async Task A_pause_that_turns_into_a_cancel_is_requested_anew()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Pausing");
        var before = await job.RowAsync();
        await bench.AskAsync(new CancelJob { JobId = job.Id, Actor = "another", Reason = "after all" });
        var row = await job.RowAsync();
        Assert.Equal((CancelMode.Graceful, "another", "after all"), (row.Mode, row.StopActor, row.StopReason));
        Assert.True(row.StopRequestedAt > before.StopRequestedAt, "It was not requested anew.");
    }

    [Fact]
    public async Task A_stop_that_is_abandoned_is_that_of_whoever_abandoned_it()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Canceling");
        var before = await job.RowAsync();
        await bench.AskAsync(new AbandonJob { JobId = job.Id, Actor = "another", Reason = "the machine is gone" });
        var row = await job.RowAsync();
        Assert.Equal(("another", "the machine is gone"), (row.StopActor, row.StopReason));
        Assert.True(row.StopRequestedAt > before.StopRequestedAt, "It was not requested anew.");
    }

    [Fact]
    public async Task A_job_that_is_abandoned_leaves_nothing_that_would_wake_it()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Canceling");
        await job.DelayFenceAsync("Backend 7 holds the lock.");
        await job.AbandonAsync();
        var row = await job.RowAsync();
        Assert.Equal((JobPhase.None, null, null), (row.Phase, row.WakeAt, row.WaitingFor));
        Assert.Equal("false", await job.OwedAsync("JobDiscarded", "confirmed"));
    }

    [Fact]
    public async Task A_refused_stop_is_a_command_with_who_and_why_and_no_stop()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await bench.AskAsync(new CancelJob { JobId = job.Id, Actor = "another", Reason = "wrong mapping", Mode = CancelMode.Graceful });
        Assert.Equal("CancelJob Refused another wrong mapping", await job.ValueAsync<string>(
            $"""
             select concat_ws(' ', operation, outcome, actor, reason) as "Value" from coordinator.job_command where job_id = {job.Id}
             """));
        Assert.Equal(0, await job.ValueAsync<long>($"""select count(*) as "Value" from coordinator.job_stop where job_id = {job.Id}"""));
    }

    [Fact]
    public async Task Force_of_a_cancel_that_is_forced_already_changes_nothing()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Canceling");
        var before = await job.EpochAsync();
        Assert.Equal(CommandOutcome.AlreadySo, (await job.CancelAsync(CancelMode.Force)).Outcome);
        Assert.Equal(before, await job.EpochAsync());
    }
}
