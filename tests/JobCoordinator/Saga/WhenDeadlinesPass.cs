using Headgate.Contracts.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>A stop that is not confirmed in time, and a run in which nothing moves.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenDeadlinesPass(SagaBench bench)
{
    static readonly CancelDefinition Escalating = new() { DrainDeadline = TimeSpan.FromSeconds(30), Escalate = true };

    [Theory]
    [InlineData("Pausing")]
    [InlineData("Canceling")]
    public async Task A_stop_says_what_it_waits_for_and_alerts_once(string state)
    {
        var job = await (await bench.AcceptAsync(notify: new NotifyDefinition { Email = "ops@example.com" })).InAsync(state);
        var deadline = (await job.RowAsync()).DeadlineAt;
        Assert.Equal((await job.RowAsync()).StopRequestedAt + TimeSpan.FromSeconds(60), deadline);
        await job.PassDeadlineAsync();
        await job.ElapseAsync();
        await job.ElapseAsync();
        var row = await job.RowAsync();
        Assert.Equal((state, null), (row.CurrentState, row.DeadlineAt));
        Assert.Contains("fence", row.WaitingFor, StringComparison.Ordinal);
        Assert.Equal(1, await job.TimesOwedAsync(nameof(JobDeadlinePassed)));
        Assert.Equal(
            (state, "false", "tester", row.WaitingFor),
            (await PassedAsync(job, "state"), await PassedAsync(job, "escalated"), await PassedAsync(job, "actor"), await PassedAsync(job, "waiting")));
        Assert.Contains("ops@example.com", await PassedAsync(job, "notify"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_that_says_already_what_it_waits_for_goes_on_saying_it()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Pausing");
        await job.DelayFenceAsync("Backend 7 holds the lock.");
        await job.PassDeadlineAsync();
        Assert.Equal(("Backend 7 holds the lock.", "Backend 7 holds the lock."), ((await job.RowAsync()).WaitingFor, await PassedAsync(job, "waiting")));
    }

    [Fact]
    public async Task A_stop_before_its_deadline_and_one_of_another_epoch_are_left_alone()
    {
        var job = await (await bench.AcceptAsync(cancel: Escalating)).InAsync("Pausing");
        await job.ElapseAsync();
        await job.PassDeadlineAsync(epoch: await job.EpochAsync() - 1);
        Assert.Equal((null, 0), ((await job.RowAsync()).Mode, await job.TimesOwedAsync(nameof(JobDeadlinePassed))));
    }

    [Fact]
    public async Task A_cancel_that_is_asked_for_again_does_not_put_the_deadline_off()
    {
        var job = await (await bench.AcceptAsync(cancel: Escalating)).InAsync("Processing");
        await job.CancelAsync(pauseFirst: true);
        var before = await job.RowAsync();
        Assert.Equal(CommandOutcome.AlreadySo, (await job.CancelAsync(pauseFirst: true)).Outcome);
        Assert.Equal(CommandOutcome.AlreadySo, (await job.CancelAsync()).Outcome);
        var row = await job.RowAsync();
        Assert.Equal((before.DeadlineAt, before.StopRequestedAt, before.Epoch), (row.DeadlineAt, row.StopRequestedAt, row.Epoch));
    }

    [Fact]
    public async Task A_job_that_begins_by_a_restart_goes_by_its_pipelines_deadline_too()
    {
        var job = await bench.AcceptAsync(cancel: Escalating);
        await job.PauseAsync();
        await job.RestartAsync();
        Assert.Equal((Escalating.DrainDeadline, true), ((await job.RowAsync()).DrainDeadline, (await job.RowAsync()).Escalates));
    }

    [Fact]
    public async Task A_graceful_stop_goes_on_by_force_where_the_pipeline_says_so_and_a_pause_still_ends_paused()
    {
        var job = await (await bench.AcceptAsync(cancel: Escalating)).InAsync("Pausing");
        var before = await job.RowAsync();
        await job.PassDeadlineAsync();
        var row = await job.RowAsync();
        Assert.Equal(
            ("Pausing", before.Epoch + 1, CancelMode.Force, StopIntent.Pause, "headgate", StopCause.Deadline),
            (row.CurrentState, row.Epoch, row.Mode, row.Intent, row.StopActor, row.StopCause));
        Assert.Contains("to look", row.StopReason, StringComparison.Ordinal);
        Assert.Equal(row.StopRequestedAt + Escalating.DrainDeadline, row.DeadlineAt);
        Assert.True(job.Sent<MoveFence>()[^1] is { Force: true } move && move.Epoch == row.Epoch);
        Assert.True(job.Published<JobStopping>()[^1] is { Force: true } stopping && stopping.Epoch == row.Epoch);
        Assert.Equal("true", await PassedAsync(job, "escalated"));
        await job.ConfirmStopAsync();
        Assert.Equal("Paused", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task An_escalation_is_recorded_as_a_command_of_headgates_own()
    {
        var job = await (await bench.AcceptAsync(cancel: Escalating)).InAsync("Paused");
        await job.CancelAsync();
        await job.PassDeadlineAsync();
        var recorded = await bench.ReadAsync(db => Task.FromResult(db.JobCommands.Where(row => row.JobId == job.Id).OrderBy(row => row.CommandId).Last()));
        Assert.Equal(
            ("headgate", nameof(V1.Operation.ForceCancelJob), CommandOutcome.Accepted, "Canceling", "Canceling"),
            (recorded.Actor, recorded.Operation, recorded.Outcome, recorded.StateBefore, recorded.StateAfter));
        Assert.Contains("deadline", recorded.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Force_that_passes_its_deadline_too_alerts_once_and_goes_no_further()
    {
        var job = await (await bench.AcceptAsync(cancel: Escalating)).InAsync("Pausing");
        await job.PassDeadlineAsync();
        Assert.Equal("false", await PassedAsync(job, "force"));
        var epoch = await job.EpochAsync();
        await job.PassDeadlineAsync();
        Assert.Equal("true", await PassedAsync(job, "force"));
        await job.PassDeadlineAsync();
        Assert.Equal((epoch, 2, "false"), (await job.EpochAsync(), await job.TimesOwedAsync(nameof(JobDeadlinePassed)), await PassedAsync(job, "escalated")));
    }

    [Fact]
    public async Task A_forced_pause_that_somebody_cancels_gently_stays_forced()
    {
        var job = await (await bench.AcceptAsync(cancel: Escalating)).InAsync("Pausing");
        await job.PassDeadlineAsync();
        await job.CancelAsync();
        Assert.Equal((CancelMode.Force, StopIntent.Cancel, StopCause.Command), await ModeAsync(job));
    }

    [Fact]
    public async Task A_failure_that_cannot_be_confirmed_alerts_too()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.BreakAsync(JobStep.Load, retryable: false);
        await job.PassDeadlineAsync();
        Assert.Equal("headgate", await PassedAsync(job, "actor"));
    }

    [Theory]
    [InlineData("Initializing", "read")]
    [InlineData("Processing", "written")]
    [InlineData("Collecting", "verified")]
    public async Task A_run_in_which_nothing_moves_alerts_and_goes_on(string state, string what)
    {
        var job = await (await bench.AcceptAsync(cancel: Escalating)).InAsync(state);
        var before = await job.RowAsync();
        Assert.InRange(before.DeadlineAt!.Value - TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(14), TimeSpan.FromMinutes(15));
        await job.PassDeadlineAsync();
        await job.ElapseAsync();
        var row = await job.RowAsync();
        Assert.Equal((state, before.Epoch, null, null), (row.CurrentState, row.Epoch, row.Mode, row.DeadlineAt));
        Assert.Matches($"^Nothing has moved for 15 min .*{what}", row.WaitingFor!);
        Assert.Equal((1, null), (await job.TimesOwedAsync(nameof(JobDeadlinePassed)), await PassedAsync(job, "actor")));
    }

    [Fact]
    public async Task A_slow_run_does_not_alert_while_its_counts_rise()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await PutOffAsync(job);
        await job.ProgressAsync(0, 0);
        Assert.True((await job.RowAsync()).DeadlineAt < TimeProvider.System.GetUtcNow(), "Word of no progress counted as one.");
        await job.ProgressAsync(0, 1);
        Assert.True((await job.RowAsync()).DeadlineAt > TimeProvider.System.GetUtcNow(), "A record more did not count.");
        await PutOffAsync(job);
        await job.LoadAsync(0);
        await job.ElapseAsync();
        Assert.Equal(0, await job.TimesOwedAsync(nameof(JobDeadlinePassed)));
    }

    [Fact]
    public async Task A_run_that_is_only_asked_again_has_not_moved()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await PutOffAsync(job);
        await job.AskAgainAsync();
        Assert.True((await job.RowAsync()).DeadlineAt < TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task A_run_that_moves_again_no_longer_says_that_it_stands_still_and_may_alert_anew()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.PassDeadlineAsync();
        await job.ProgressAsync(0, 5);
        Assert.Null((await job.RowAsync()).WaitingFor);
        await job.PassDeadlineAsync();
        Assert.Equal(2, await job.TimesOwedAsync(nameof(JobDeadlinePassed)));
    }

    [Theory]
    [InlineData("Pending")]
    [InlineData("Paused")]
    [InlineData("Failed")]
    [InlineData("Completed")]
    [InlineData("Canceled")]
    [InlineData("Discarded")]
    public async Task A_job_that_waits_for_nothing_has_no_deadline(string state) =>
        Assert.Null((await (await (await bench.AcceptAsync()).InAsync(state)).RowAsync()).DeadlineAt);

    static Task<string?> PassedAsync(SagaJob job, string member) => job.OwedAsync(nameof(JobDeadlinePassed), member);

    static async Task<(CancelMode?, StopIntent?, StopCause?)> ModeAsync(SagaJob job) => await job.RowAsync() is var row ? (row.Mode, row.Intent, row.StopCause) : default;

    Task PutOffAsync(SagaJob job) => bench.ExecuteAsync($"update coordinator.sync_job set deadline_at = now() - interval '2 seconds' where job_id = {job.Id}");
}
