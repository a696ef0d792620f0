using System.Text.Json;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Runs;
using Headgate.Contracts.Steps;
using Headgate.Hosting.Bus;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reconciling;
using Headgate.JobCoordinator.Tests.Saga;
using Npgsql;

namespace Headgate.JobCoordinator.Tests.Runs;

/// <summary>A run that takes the place of the active job: it waits for its end, starts in that moment, and nothing comes between.</summary>
[Collection(nameof(SagaCollection))]
public sealed class SuccessorTests(SagaBench bench)
{
    readonly SuccessorBench _runs = new(bench);

    [Theory]
    [InlineData("Pending")]
    [InlineData("Initializing")]
    [InlineData("Processing")]
    [InlineData("Pausing")]
    [InlineData("Paused")]
    [InlineData("Canceling")]
    public async Task Active_job_is_canceled_and_the_run_starts_by_its_end(string state)
    {
        var job = await _runs.ActiveAsync(state);
        var run = SuccessorBench.Run(job);

        var answer = await _runs.StartAsync(run);

        Assert.Equal((RunOutcome.Waiting, job.Id, run.RunId), (answer.Outcome, answer.JobId, answer.SuccessorId));
        Assert.Equal((job.Id, run.RunId), (await SuccessorBench.CurrentAsync(job), await SuccessorBench.WaitingAsync(job)));
        Assert.Null(await _runs.AcceptedAsync(run.RunId));
        await _runs.CancelOwedAsync(job);
        var ended = await job.RowAsync();
        Assert.Equal(("Canceled", run.RunId), (ended.CurrentState, ended.SuccessorId));
        if (state != "Canceling") Assert.Equal("somebody", ended.StopActor);
        Assert.Equal(job.Id, (await _runs.AcceptedAsync(run.RunId))!.PredecessorId);
        Assert.Equal((run.RunId, null), (await SuccessorBench.CurrentAsync(job), await SuccessorBench.WaitingAsync(job)));
    }

    [Theory]
    [InlineData("Initializing", "ExtractionCanceled")]
    [InlineData("Processing", "JobCanceled")]
    public async Task Before_launch_it_is_an_extraction_cancel_and_a_launched_one_afterwards(string state, string notice)
    {
        var job = await _runs.ActiveAsync(state);
        await _runs.StartAsync(SuccessorBench.Run(job));
        await _runs.CancelOwedAsync(job);
        Assert.Contains(notice, await job.OwedAsync());
    }

    [Fact]
    public async Task Cancel_is_graceful_and_says_for_whom_and_why()
    {
        var job = await _runs.ActiveAsync("Processing");
        var run = SuccessorBench.Run(job);
        await _runs.StartAsync(run);

        var cancel = await _runs.OwedCancelAsync(job);

        Assert.Equal((CancelMode.Graceful, true, "somebody", run.RunId), (cancel.Mode, cancel.PauseFirst, cancel.Actor, cancel.SuccessorId));
        Assert.Equal("another run takes its place: wrong mapping", cancel.Reason);
        Assert.NotNull(cancel.AskedAt);
    }

    [Fact]
    public async Task No_other_run_comes_between_and_a_second_successor_is_refused_by_the_name_of_the_first()
    {
        var job = await _runs.ActiveAsync("Processing");
        var (first, second, due) = (SuccessorBench.Run(job), SuccessorBench.Run(job), SuccessorBench.Run(job, onActive: OnActiveJob.Refuse));
        await _runs.StartAsync(first);

        foreach (var run in new[] { second, due })
        {
            var answer = await _runs.StartAsync(run);
            Assert.Equal((RunOutcome.Skipped, RunRule.SuccessorWaits, first.RunId), (answer.Outcome, answer.Rule, answer.SuccessorId));
            Assert.NotNull(await _runs.SkippedAsync(run.RunId));
        }

        Assert.Equal(first.RunId, await SuccessorBench.WaitingAsync(job));
    }

    [Fact]
    public async Task Run_that_is_asked_for_again_is_answered_alike_while_it_waits_and_when_it_has_started()
    {
        var job = await _runs.ActiveAsync("Processing");
        var run = SuccessorBench.Run(job);
        await _runs.StartAsync(run);
        Assert.Equal((RunOutcome.Waiting, job.Id), (await _runs.StartAsync(run)) is var again ? (again.Outcome, again.JobId) : default);
        Assert.Equal(1, await job.TimesOwedAsync("CancelJob"));
        await _runs.CancelOwedAsync(job);
        Assert.Equal((RunOutcome.Started, run.RunId), (await _runs.StartAsync(run)) is var started ? (started.Outcome, started.JobId) : default);
    }

    [Fact]
    public async Task Job_that_is_complete_before_the_cancel_reaches_it_is_followed_by_an_incremental_one_of_the_version_in_force()
    {
        var job = await _runs.ActiveAsync("Processing");
        var run = SuccessorBench.Run(job);
        await _runs.StartAsync(run);
        await job.LoadAllAsync();
        await bench.ExecuteAsync(
            $"insert into coordinator.pipeline_version select pipeline_id, 2, definition, now(), 'test' from coordinator.pipeline_version where pipeline_id = {job.PipelineId}");
        await bench.ExecuteAsync($"update coordinator.pipeline set version = 2 where pipeline_id = {job.PipelineId}");

        await job.VerifyAsync();

        var accepted = await _runs.AcceptedAsync(run.RunId);
        Assert.Equal((JobKind.Incremental, 2), (accepted!.Kind, accepted.PipelineVersion));
        await bench.HandleAsync(await _runs.OwedCancelAsync(job));
        Assert.Equal(("Completed", run.RunId), (await job.RowAsync()) is var row ? (row.CurrentState, row.SuccessorId) : default);
    }

    [Fact]
    public async Task Job_that_is_being_verified_when_the_cancel_reaches_it_ends_by_itself_and_its_offsets_count()
    {
        var job = await _runs.ActiveAsync("Processing");
        var run = SuccessorBench.Run(job);
        await _runs.StartAsync(run);
        await job.LoadAllAsync();
        Assert.Equal("Collecting", (await job.RowAsync()).CurrentState);

        var answer = await bench.AskAsync(await _runs.OwedCancelAsync(job));

        Assert.Equal((CommandOutcome.AlreadySo, "Collecting"), (answer.Outcome, answer.State));
        await job.VerifyAsync();
        Assert.Equal(("Completed", run.RunId), (await job.RowAsync()) is var row ? (row.CurrentState, row.SuccessorId) : default);
        Assert.Equal(JobKind.Incremental, (await _runs.AcceptedAsync(run.RunId))!.Kind);
    }

    [Fact]
    public async Task Job_that_fails_on_the_way_is_canceled_still_and_not_resumed_by_a_run_that_comes_due()
    {
        var job = await _runs.ActiveAsync("Processing");
        var run = SuccessorBench.Run(job);
        await _runs.StartAsync(run);
        await job.BreakAsync(JobStep.Load, retryable: false);
        await job.ConfirmStopAsync();
        Assert.Equal("Failed", (await job.RowAsync()).CurrentState);

        Assert.Equal(RunRule.SuccessorWaits, (await _runs.StartAsync(SuccessorBench.Run(job, onActive: OnActiveJob.Refuse))).Rule);
        Assert.Equal((CommandOutcome.Refused, CommandRule.ActiveJob), (await job.RestartAsync()) is var restart ? (restart.Outcome, restart.Rule) : default);
        await _runs.CancelOwedAsync(job);

        Assert.Equal("Canceled", (await job.RowAsync()).CurrentState);
        Assert.NotNull(await _runs.AcceptedAsync(run.RunId));
    }

    [Theory]
    [InlineData("state = 'Paused'", "the pipeline is Paused")]
    [InlineData("state = 'Failed'", "the pipeline is Failed")]
    [InlineData("deleted_at = now()", "the pipeline was deleted")]
    public async Task Run_whose_pipeline_takes_none_any_more_is_skipped_with_the_reason(string change, string reason)
    {
        var job = await _runs.ActiveAsync("Processing");
        var run = SuccessorBench.Run(job);
        await _runs.StartAsync(run);
        await ChangeAsync(job, change);

        await _runs.CancelOwedAsync(job);

        Assert.Equal(reason, await _runs.SkippedAsync(run.RunId));
        Assert.Null(await _runs.AcceptedAsync(run.RunId));
        Assert.Equal((job.Id, null, null), (await SuccessorBench.CurrentAsync(job), await SuccessorBench.WaitingAsync(job), (await job.RowAsync()).SuccessorId));
    }

    [Fact]
    public async Task Run_behind_a_stop_that_was_abandoned_is_skipped()
    {
        var job = await _runs.ActiveAsync("Processing");
        var run = SuccessorBench.Run(job);
        await _runs.StartAsync(run);
        await job.CancelAsync(CancelMode.Force);

        await job.AbandonAsync();

        Assert.EndsWith("was abandoned and is unconfirmed", await _runs.SkippedAsync(run.RunId), StringComparison.Ordinal);
        Assert.Null(await _runs.AcceptedAsync(run.RunId));
    }

    /// <summary>A run that finds the job active in the very instant in which it ends has left itself in the pipeline's row, or waits for it.</summary>
    [Fact]
    public async Task End_of_a_job_waits_for_whoever_has_its_pipelines_row()
    {
        var job = await _runs.ActiveAsync("Canceling");
        var run = SuccessorBench.Run(job);
        Task ending;
        await using (var session = await bench.LockAsync($"select from coordinator.pipeline where pipeline_id = '{job.PipelineId}' for update"))
        {
            ending = job.ConfirmStopAsync();
            await bench.WaitingForLocksAsync(1);
            await using var storing = new NpgsqlCommand(
                "update coordinator.pipeline set successor = $2::jsonb, successor_told_at = now() where pipeline_id = $1", session);
            storing.Parameters.AddWithValue(job.PipelineId);
            storing.Parameters.AddWithValue(JsonSerializer.Serialize(run, PipelineJson.Options));
            await storing.ExecuteNonQueryAsync();
            await using var commit = new NpgsqlCommand("commit", session);
            await commit.ExecuteNonQueryAsync();
        }

        await ending;
        Assert.NotNull(await _runs.AcceptedAsync(run.RunId));
    }

    [Fact]
    public async Task End_of_an_earlier_job_starts_nothing()
    {
        var early = await _runs.ActiveAsync("Collecting");
        await early.PauseAsync();
        var late = await (await early.FollowAsync()).InAsync("Processing");
        await late.ClaimAsync();
        var run = SuccessorBench.Run(late);
        await _runs.StartAsync(run);

        await early.DiscardAsync();

        Assert.Equal(("Discarded", null), (await early.RowAsync()) is var row ? (row.CurrentState, row.SuccessorId) : default);
        Assert.Equal((late.Id, run.RunId), (await SuccessorBench.CurrentAsync(late), await SuccessorBench.WaitingAsync(late)));
    }

    [Fact]
    public async Task Cancel_that_overtakes_the_birth_of_its_job_comes_again()
    {
        var job = await bench.ApplyAsync();
        await job.ClaimAsync();
        var run = SuccessorBench.Run(job);
        Assert.Equal((RunOutcome.Waiting, job.Id), (await _runs.StartAsync(run)) is var answer ? (answer.Outcome, answer.JobId) : default);

        var canceling = bench.AskAsync(await _runs.OwedCancelAsync(job));
        await job.AcceptAsync();
        await canceling;

        Assert.Equal("Canceled", (await job.RowAsync()).CurrentState);
        Assert.NotNull(await _runs.AcceptedAsync(run.RunId));
    }

    [Fact]
    public async Task Cancels_whose_jobs_are_not_there_hold_up_other_stops_for_seconds_and_no_longer()
    {
        var job = await _runs.ActiveAsync("Processing");
        var lane = await bench.Bus.GetSendEndpoint(Lanes.Address(Lanes.JobCommands));
        // As many as the lane handles at once.
        for (var place = 0; place < 8; place++)
            await lane.Send(new CancelJob { JobId = Guid.NewGuid(), Actor = "somebody", PauseFirst = true, SuccessorId = Guid.NewGuid() });

        var answer = await job.PauseAsync().WaitAsync(TimeSpan.FromSeconds(12));

        Assert.Equal(CommandOutcome.Accepted, answer.Outcome);
    }

    [Theory]
    [InlineData("Paused", 60, true)]
    [InlineData("Paused", 1, false)]
    [InlineData("Canceling", 60, false)]
    [InlineData("Collecting", 60, false)]
    public async Task Cancel_that_was_lost_is_sent_again(string state, int secondsAgo, bool isSent)
    {
        var (job, last) = (await WaitingAsync(state, secondsAgo), await WaitingAsync("Paused", 45));

        // Looked at after the other one, so that one which is left alone was really passed over.
        await using var reconciler = await bench.RunAsync<Reconciler>();
        await bench.EventuallyAsync(() => Task.FromResult(SentFor(last) > 0));

        Assert.Equal(isSent ? 1 : 0, SentFor(job));

        static int SentFor(SagaJob job) => job.Sent<CancelJob>().Count(cancel => cancel.SuccessorId is not null);

        async Task<SagaJob> WaitingAsync(string state, int secondsAgo)
        {
            // One in Collecting is in no run's way, unless it has come there after the run.
            var isCollecting = state == "Collecting";
            var waited = await _runs.ActiveAsync(isCollecting ? "Processing" : state);
            await _runs.StartAsync(SuccessorBench.Run(waited));
            if (isCollecting) await waited.LoadAllAsync();
            await bench.ExecuteAsync(
                $"update coordinator.pipeline set successor_told_at = now() - {secondsAgo} * interval '1 second' where pipeline_id = {waited.PipelineId}");
            return waited;
        }
    }

    async Task ChangeAsync(SagaJob job, string change)
    {
        await using var session = await bench.LockAsync($"update coordinator.pipeline set {change} where pipeline_id = '{job.PipelineId}'");
        await using var commit = new NpgsqlCommand("commit", session);
        await commit.ExecuteNonQueryAsync();
    }
}
