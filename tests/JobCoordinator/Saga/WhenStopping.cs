using Headgate.Contracts.Fencing;
using Headgate.Contracts.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

[Collection(nameof(SagaCollection))]
public sealed class WhenPausing(SagaBench bench)
{
    [Fact]
    public async Task Only_the_fence_of_this_stop_confirms_it_and_its_counts_are_shown()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Pausing");
        await job.FenceAsync(open: false, written: 3, epoch: await job.EpochAsync() - 1);
        Assert.Equal("Pausing", (await job.RowAsync()).CurrentState);
        await job.ConfirmStopAsync(written: 13);
        var row = await job.RowAsync();
        Assert.Equal(("Paused", 13), (row.CurrentState, row.Written));
        Assert.NotNull(row.StopConfirmedAt);
    }

    [Fact]
    public async Task A_late_report_of_a_worker_changes_nothing()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Pausing");
        await job.LoadAsync(0, epoch: await job.EpochAsync() - 1);
        Assert.Equal("Pausing", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task A_fence_that_waits_says_for_what()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Pausing");
        await bench.HandleAsync(new FenceDelayed { JobId = job.Id, Epoch = await job.EpochAsync(), Waiting = "Backend 7 holds the lock." });
        Assert.Equal("Backend 7 holds the lock.", (await job.RowAsync()).WaitingFor);
    }

    [Fact]
    public async Task A_graceful_cancel_turns_it_into_a_cancel()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Pausing");
        await job.CancelAsync();
        await job.ConfirmStopAsync();
        Assert.Equal("Canceling", (await job.RowAsync()).CurrentState);
        await job.ConfirmStopAsync();
        Assert.Equal("Canceled", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task The_cancel_behind_a_drain_has_a_fence_move_of_its_own_and_word_of_the_drain_that_comes_again_does_not_confirm_it()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Pausing");
        await job.CancelAsync();
        var drained = await job.EpochAsync();
        await job.ConfirmStopAsync();
        Assert.True(job.Sent<MoveFence>()[^1] is { Open: false } move && move.Epoch == drained + 1);
        await job.FenceAsync(open: false, written: 10, epoch: drained);
        Assert.Equal("Canceling", (await job.RowAsync()).CurrentState);
    }
}

[Collection(nameof(SagaCollection))]
public sealed class WhenPaused(SagaBench bench)
{
    [Fact]
    public async Task Resume_opens_the_fence_at_a_new_epoch_and_hands_out_what_was_not_written()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.LoadAsync(0);
        await job.PauseAsync();
        await job.ConfirmStopAsync();
        var before = await job.EpochAsync();
        await job.ResumeAsync();
        Assert.True(job.Sent<MoveFence>()[^1] is { Open: true } move && move.Epoch == before + 1);
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        Assert.Equal(1, job.Sent<Contracts.Loading.LoadSegment>()[^1].SegmentNo);
        await job.LoadAsync(1);
        await job.FenceAsync(open: false, written: 20);
        await job.VerifyAsync();
        Assert.Equal("Completed", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task A_command_that_comes_again_is_answered_as_before_and_not_carried_out_twice()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Paused");
        var (discard, message) = (new DiscardJob { JobId = job.Id, Actor = "tester" }, Guid.NewGuid());
        await bench.HandleAsync(discard, message);
        await bench.HandleAsync(discard, message);
        var outcomes = await bench.ReadAsync(db => Task.FromResult(
            db.JobCommands.Where(row => row.JobId == job.Id && row.Command == nameof(DiscardJob)).Select(row => row.Outcome).ToList()));
        Assert.Equal([CommandOutcome.Accepted], outcomes);
    }

    [Fact]
    public async Task A_resume_that_a_due_run_owes_is_refused_once_an_operator_has_moved_the_job_on()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Failed");
        var due = new ResumeJob { JobId = job.Id, Actor = "schedule", Epoch = await job.EpochAsync() };
        await job.ResumeAsync();
        await job.PauseAsync();
        await job.ConfirmStopAsync();
        Assert.Equal(CommandOutcome.Refused, (await bench.AskAsync(due)).Outcome);
        Assert.Equal("Paused", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task Restart_is_a_new_attempt_of_the_same_job_from_the_beginning()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Paused");
        await job.RestartAsync();
        var row = await job.RowAsync();
        Assert.Equal(("Initializing", 2, 0L), (row.CurrentState, row.Attempt, row.Written));
        Assert.Equal((2, 0), (job.Sent<Contracts.Extraction.PrepareJob>()[^1].Attempt, job.Sent<Contracts.Extraction.PrepareJob>()[^1].Objects[0].FirstSegmentNo));
    }

    [Fact]
    public async Task A_cancel_of_a_job_that_was_launched_is_a_job_cancel()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Paused");
        await job.RestartAsync();
        await job.CancelAsync();
        await job.ConfirmStopAsync();
        Assert.Equal("JobCanceled", (await job.OwedAsync())[^2]);
    }
}

[Collection(nameof(SagaCollection))]
public sealed class WhenCanceling(SagaBench bench)
{
    [Fact]
    public async Task Force_escalates_a_graceful_cancel()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Paused");
        await job.CancelAsync();
        var before = await job.EpochAsync();
        var answer = await job.CancelAsync(CancelMode.Force);
        Assert.Equal(CommandOutcome.Accepted, answer.Outcome);
        Assert.True(job.Sent<MoveFence>()[^1] is { Force: true } move && move.Epoch == before + 1);
    }

    [Fact]
    public async Task A_discard_ends_discarded()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.DiscardAsync();
        await job.ConfirmStopAsync();
        Assert.Equal("Discarded", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task Abandon_ends_it_unconfirmed()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Canceling");
        await job.AbandonAsync();
        var row = await job.RowAsync();
        Assert.Equal(("Discarded", true), (row.CurrentState, row.StopUnconfirmed));
    }
}
