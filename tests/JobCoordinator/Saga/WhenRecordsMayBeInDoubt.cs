using Headgate.Contracts.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Tests.Doubts;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>At a destination that makes neither transactions nor idempotent writes.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenRecordsMayBeInDoubt(SagaBench bench)
{
    static readonly CancelDefinition Escalating = new() { Escalate = true };

    [Fact]
    public async Task Force_is_refused_with_how_many_records_are_in_flight_until_they_may_be_in_doubt()
    {
        var job = await InAsync("Processing");
        await job.ProgressAsync(0, written: 3);

        var refused = await job.CancelAsync(CancelMode.Force);
        Assert.Equal((CommandOutcome.Refused, CommandRule.AcceptInDoubt, "Processing"), (refused.Outcome, refused.Rule, refused.State));
        Assert.Contains("up to 17 records", refused.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(job.Sent<MoveFence>(), move => move.Force);

        Assert.Equal((CommandOutcome.Accepted, "Canceling"), await ForceAsync(job));
        Assert.True(job.Sent<MoveFence>()[^1].Force);
    }

    [Fact]
    public async Task Discard_of_a_running_job_is_refused_likewise()
    {
        var job = await InAsync("Processing");
        Assert.Equal(CommandRule.AcceptInDoubt, (await job.DiscardAsync()).Rule);
        var accepted = await bench.AskAsync(new DiscardJob { JobId = job.Id, Actor = "tester", AcceptInDoubt = true });
        Assert.Equal((CommandOutcome.Accepted, "Canceling"), (accepted.Outcome, accepted.State));
    }

    [Fact]
    public async Task Force_that_breaks_into_a_pause_is_refused_while_batches_drain()
    {
        var job = await InAsync("Pausing");
        Assert.Equal((CommandRule.AcceptInDoubt, "Pausing"), await RefusedAsync(job));
        Assert.Equal((CommandOutcome.Accepted, "Canceling"), await ForceAsync(job));
    }

    [Fact]
    public async Task Force_of_a_job_that_has_nothing_in_flight_needs_nobody_to_accept_anything()
    {
        foreach (var state in (string[])["Pending", "Initializing", "Collecting", "Paused", "Failed"])
        {
            var job = await InAsync(state);
            Assert.Equal((state, CommandOutcome.Accepted), (state, (await job.CancelAsync(CancelMode.Force)).Outcome));
        }
    }

    [Fact]
    public async Task Force_of_a_graceful_cancel_after_a_pause_needs_nobody_either()
    {
        var job = await InAsync("Paused");
        await job.CancelAsync();
        Assert.Equal(CommandOutcome.Accepted, (await job.CancelAsync(CancelMode.Force)).Outcome);
    }

    [Fact]
    public async Task Force_while_the_fence_is_closed_behind_the_last_batch_needs_nobody_either()
    {
        var job = await InAsync("Processing");
        await job.LoadAsync(0);
        await job.LoadAsync(1);
        Assert.Equal(CommandOutcome.Accepted, (await job.CancelAsync(CancelMode.Force)).Outcome);
    }

    [Fact]
    public async Task Pause_beyond_its_deadline_is_not_forced_by_itself_while_batches_drain()
    {
        var job = await InAsync("Pausing", Escalating);
        await StaysGentleAsync(job);
        await job.ConfirmStopAsync();
        Assert.Equal("Paused", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task Cancel_behind_a_drain_that_nobody_has_counted_is_not_forced_unless_that_is_accepted()
    {
        var job = await InAsync("Paused", Escalating);
        await job.CancelAsync();
        await bench.ExecuteAsync($"update coordinator.sync_job set fence_counts = null where job_id = {job.Id}");
        await StaysGentleAsync(job);
        Assert.Equal((CommandRule.AcceptInDoubt, "Canceling"), await RefusedAsync(job));
        Assert.Equal((CommandOutcome.Accepted, "Canceling"), await ForceAsync(job));
    }

    [Fact]
    public async Task Cancel_after_a_pause_is_forced_by_itself_as_nothing_is_in_flight()
    {
        var job = await InAsync("Paused", Escalating);
        await job.CancelAsync();
        await job.PassDeadlineAsync();
        Assert.Equal((CancelMode.Force, "true"), ((await job.RowAsync()).Mode, await job.OwedAsync(nameof(JobDeadlinePassed), "escalated")));
    }

    // Whatever the caller has seen of the job, it is what the saga finds that decides.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Force_and_launch_at_the_same_time_leave_nothing_in_doubt_that_nobody_accepted(bool launchFirst)
    {
        var job = await InAsync("Initializing");
        await job.PrepareAsync(segments: 1);
        var epoch = await job.EpochAsync();
        if (launchFirst) await job.ExtractAsync(0, epoch);

        var answer = await job.CancelAsync(CancelMode.Force);
        await job.ExtractAsync(0, epoch);

        Assert.Equal(launchFirst ? CommandOutcome.Refused : CommandOutcome.Accepted, answer.Outcome);
        Assert.Equal(launchFirst, (await job.RowAsync()).RequestId is not null);
        Assert.Equal(launchFirst ? "Processing" : "Canceling", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task What_the_fence_found_in_doubt_is_counted_and_the_destination_is_to_be_asked()
    {
        var job = await InAsync("Processing");
        await ForceAsync(job);
        await bench.HandleAsync(new FenceMoved
        {
            JobId = job.Id,
            Epoch = await job.EpochAsync(),
            Open = false,
            At = DateTimeOffset.UnixEpoch,
            Counts = new Dictionary<int, RecordCounts> { [0] = new() { Written = 4, Inserted = 4, InDoubt = 2 } },
        });

        var row = await job.RowAsync();
        Assert.Equal(("Canceled", 4, 2), (row.CurrentState, row.Written, row.InDoubt));
        Assert.NotNull(row.DoubtsDueAt);
        Assert.Equal("2", await job.ValueAsync<string>(
            $"""select body -> 'counts' ->> 'inDoubt' as "Value" from coordinator.obligation where job_id = {job.Id} and message like '%.JobCanceled'"""));
    }

    [Fact]
    public async Task What_an_attempt_has_written_is_kept_when_the_next_one_begins()
    {
        var job = await InAsync("Paused");
        await job.RestartAsync();

        Assert.Equal("1: 20 staged, 10 written", await job.ValueAsync<string>(
            $"""select attempt || ': ' || extracted || ' staged, ' || written || ' written' as "Value" from coordinator.job_attempt where job_id = {job.Id}"""));
    }

    async Task<SagaJob> InAsync(string state, CancelDefinition? cancel = null)
    {
        var job = await bench.AcceptAsync(cancel: cancel);
        await using (await bench.LockAsync($"{DoubtfulConnector.Instead(job.PipelineId)}; commit")) return await job.InAsync(state);
    }

    // The deadline passes: somebody is told, and the stop goes on as it was.
    static async Task StaysGentleAsync(SagaJob job)
    {
        var before = await job.RowAsync();
        await job.PassDeadlineAsync();
        var row = await job.RowAsync();
        Assert.Equal((before.CurrentState, before.Epoch, before.Mode, StopCause.Command), (row.CurrentState, row.Epoch, row.Mode, row.StopCause));
        Assert.DoesNotContain(job.Sent<MoveFence>(), move => move.Force);
        Assert.Equal((1, "false"), (await job.TimesOwedAsync(nameof(JobDeadlinePassed)), await job.OwedAsync(nameof(JobDeadlinePassed), "escalated")));
    }

    static async Task<(CommandRule?, string)> RefusedAsync(SagaJob job)
    {
        var answer = await job.CancelAsync(CancelMode.Force);
        return (answer.Rule, answer.State);
    }

    async Task<(CommandOutcome, string)> ForceAsync(SagaJob job)
    {
        var answer = await bench.AskAsync(
            new CancelJob { JobId = job.Id, Actor = "tester", Reason = "wrong mapping", Mode = CancelMode.Force, AcceptInDoubt = true });
        return (answer.Outcome, answer.State);
    }
}
