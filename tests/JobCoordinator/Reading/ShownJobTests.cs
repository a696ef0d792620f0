using Headgate.JobCoordinator.Calls.Pipelines;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Reading;
using Headgate.JobCoordinator.Tests.Saga;
using Headgate.V1;
using Npgsql;
using CancelMode = Headgate.Contracts.Jobs.CancelMode;
using JobStep = Headgate.Contracts.Steps.JobStep;

namespace Headgate.JobCoordinator.Tests.Reading;

/// <summary>What is shown of jobs that the saga has led where they are.</summary>
[Collection(nameof(SagaCollection))]
public sealed class ShownJobTests(SagaBench bench) : IAsyncLifetime
{
    readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(bench.ConnectionString);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _source.DisposeAsync();

    public static TheoryData<string> States() => [.. CommandTableTests.Cells().Select(cell => (string)cell[0]).Distinct(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(States))]
    public async Task Accepts_what_the_state_machine_accepts(string state)
    {
        var accepted = CommandTableTests.Cells()
            .Where(cell => (string)cell[0] == state && ((string)cell[2]).StartsWith("Accepted", StringComparison.Ordinal))
            .Select(cell => OperationOf((string)cell[1]))
            .Concat(JobStates.Ended.Contains(state) ? [Operation.DeleteJob] : []);

        var shown = await ShowAsync(await (await bench.AcceptAsync()).InAsync(state));

        Assert.Equal(state, shown.Job.State.ToString());
        Assert.Equal(accepted.Order(), shown.Job.Accepts.Order());
    }

    [Fact]
    public async Task A_failing_job_accepts_a_pause_and_a_graceful_cancel_accepts_force()
    {
        var failing = await (await bench.AcceptAsync()).InAsync("Processing");
        await failing.BreakAsync(JobStep.Load, retryable: false);
        Assert.Contains(Operation.PauseJob, (await ShowAsync(failing)).Job.Accepts);
        Assert.Equal(Contracts.Jobs.CommandOutcome.Accepted, (await failing.PauseAsync()).Outcome);
        Assert.DoesNotContain(Operation.PauseJob, (await ShowAsync(failing)).Job.Accepts);

        var canceling = await (await bench.AcceptAsync()).InAsync("Paused");
        await canceling.CancelAsync();
        Assert.Equal([Operation.ForceCancelJob, Operation.AbandonJob], (await ShowAsync(canceling)).Job.Accepts);
        Assert.Equal(Contracts.Jobs.CommandOutcome.Accepted, (await canceling.CancelAsync(CancelMode.Force)).Outcome);
        Assert.Equal([Operation.AbandonJob], (await ShowAsync(canceling)).Job.Accepts);
    }

    [Fact]
    public async Task Cancel_before_launch_is_an_extraction_cancel_of_a_fence_that_was_never_opened()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.CancelAsync();
        var asked = (await ShowAsync(job)).Job.Stop;
        Assert.Equal((StopKind.Extraction, StopConfirmation.Unspecified, "wrong mapping"), (asked.Kind, asked.ConfirmedBy, asked.Reason));
        Assert.Equal(TimeSpan.FromSeconds(60), asked.Deadline.ToDateTimeOffset() - asked.Requested.ToDateTimeOffset());
        await job.ConfirmStopAsync(written: 0);

        var shown = (await ShowAsync(job)).Job;

        Assert.Equal((StopKind.Extraction, V1.CancelMode.Graceful, StopConfirmation.NeverOpened, StopIntent.Cancel), (shown.Stop.Kind, shown.Stop.Mode, shown.Stop.ConfirmedBy, shown.Stop.Intent));
        Assert.Equal(("tester", StopCause.Command, shown.Epoch), (shown.Stop.Actor, shown.Stop.Cause, shown.Stop.Epoch));
        Assert.NotNull(shown.Stop.Confirmed);
        Assert.Null(shown.RecommendedCancel);
        Assert.Empty(shown.RequestId);
    }

    [Fact]
    public async Task Cancel_by_force_is_a_launched_one_that_the_fence_confirms()
    {
        var shown = (await ShowAsync(await (await bench.AcceptAsync()).InAsync("Canceled"))).Job;
        Assert.Equal((StopKind.Launched, V1.CancelMode.Force, StopConfirmation.Fence), (shown.Stop.Kind, shown.Stop.Mode, shown.Stop.ConfirmedBy));
        Assert.NotEmpty(shown.RequestId);
    }

    [Fact]
    public async Task Abandoned_stop_is_not_confirmed()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Canceling");
        await job.AbandonAsync();
        var stop = (await ShowAsync(job)).Job.Stop;
        Assert.Null(stop.Confirmed);
        Assert.Equal(StopConfirmation.Abandoned, stop.ConfirmedBy);
    }

    [Fact]
    public async Task Failure_shows_its_problem_and_a_stop_until_the_job_goes_on()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Failed");
        var shown = (await ShowAsync(job)).Job;
        Assert.Equal(("broken", "Object public.a: it broke."), (shown.Error.Code, shown.Error.Sentence));
        Assert.Equal((StopCause.Error, StopIntent.Fail, StopKind.Unspecified, "headgate"), (shown.Stop.Cause, shown.Stop.Intent, shown.Stop.Kind, shown.Stop.Actor));

        await job.ResumeAsync();

        shown = (await ShowAsync(job)).Job;
        Assert.Null(shown.Error);
        Assert.Null(shown.Stop);
    }

    [Fact]
    public async Task Failure_with_nothing_in_flight_is_confirmed_at_once()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.BreakAsync(JobStep.Prepare, retryable: false);
        var stop = (await ShowAsync(job)).Job.Stop;
        Assert.Equal((StopConfirmation.NeverOpened, stop.Requested), (stop.ConfirmedBy, stop.Confirmed));
        Assert.Null(stop.Deadline);
    }

    // The call came before the job's turn to hear it: confirmed at once is not confirmed when it was asked for.
    [Theory]
    [InlineData("Pending", "Paused")]
    [InlineData("Collecting", "Paused")]
    [InlineData("Paused", "Discarded")]
    [InlineData("Failed", "Discarded")]
    public async Task Stop_of_a_job_that_has_nothing_in_flight_has_no_deadline(string before, string after)
    {
        var job = await (await bench.AcceptAsync()).InAsync(before);
        var asked = TimeProvider.System.GetUtcNow().AddSeconds(-5);
        await (after == "Paused"
            ? bench.AskAsync(new Contracts.Jobs.PauseJob { JobId = job.Id, Actor = "tester", AskedAt = asked })
            : bench.AskAsync(new Contracts.Jobs.DiscardJob { JobId = job.Id, Actor = "tester", AskedAt = asked }));
        var shown = (await ShowAsync(job)).Job;
        Assert.Equal((after, null), ($"{shown.State}", shown.Stop.Deadline));
        Assert.True(shown.Stop.Confirmed > shown.Stop.Requested);
    }

    [Fact]
    public async Task Stop_that_had_to_be_waited_for_keeps_its_deadline_also_behind_one_that_had_not()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Collecting");
        await job.PauseAsync();
        await job.CancelAsync();
        Assert.NotNull((await ShowAsync(job)).Job.Stop.Deadline);
        await job.ConfirmStopAsync();
        Assert.NotNull((await ShowAsync(job)).Job.Stop.Deadline);
    }

    [Fact]
    public async Task Percent_counts_each_record_when_it_is_staged_and_when_it_is_written()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        Assert.False((await ShowAsync(job)).Job.HasPercent);
        await job.PrepareAsync();
        Assert.Equal((0.0, 20), await SeenAsync());
        await job.ExtractAsync(0);
        Assert.Equal((25.0, 20), await SeenAsync());
        await job.ExtractAsync(1);
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        Assert.Equal((50.0, 20), await SeenAsync());
        await job.ProgressAsync(0, 5);
        Assert.Equal((62.5, 20), await SeenAsync());
        await job.PauseFullyAsync(written: 8);
        Assert.Equal((70.0, 20), await SeenAsync());
        await job.ResumeAsync();
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        await job.LoadAllAsync();
        Assert.Equal((100.0, 20), await SeenAsync());
        await job.VerifyAsync();
        Assert.Equal((100.0, 20), await SeenAsync());

        async Task<(double, long)> SeenAsync() => await ShowAsync(job) is { Job: var shown } ? (shown.Percent, shown.Counts.SourceEstimate) : default;
    }

    [Fact]
    public async Task Objects_counts_are_the_ledgers_once_a_stop_is_confirmed_until_the_job_goes_on()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.ProgressAsync(0, 5);
        Assert.Equal(5, (await ShowAsync(job)).Job.Objects.Single().Counts.Written);
        await job.PauseFullyAsync(written: 8);
        Assert.Equal(8, (await ShowAsync(job)).Job.Objects.Single().Counts.Written);
        await job.ResumeAsync();
        Assert.Equal(5, (await ShowAsync(job)).Job.Objects.Single().Counts.Written);
    }

    [Fact]
    public async Task Commands_are_shown_as_they_were_given_the_latest_first()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.CancelAsync();
        await job.CancelAsync(pauseFirst: true);
        await job.CancelAsync(CancelMode.Force);
        await bench.ExecuteAsync($"update coordinator.job_command set operation = null where job_id = {job.Id} and outcome = 'Refused'");

        var commands = (await ShowAsync(job)).Commands;

        Assert.Equal(
            [
                (Operation.ForceCancelJob, JobState.Pausing, JobState.Canceling, CommandOutcome.Accepted),
                (Operation.PauseAndCancelJob, JobState.Processing, JobState.Pausing, CommandOutcome.Accepted),
                (Operation.CancelJob, JobState.Processing, JobState.Processing, CommandOutcome.Refused),
            ],
            commands.Select(command => (command.Operation, command.StateBefore, command.StateAfter, command.Outcome)));
        Assert.Equal(("tester", "wrong mapping"), (commands[0].Actor, commands[0].Reason));
    }

    static Operation OperationOf(string command) => command switch
    {
        "pause" => Operation.PauseJob,
        "resume" => Operation.ResumeJob,
        "cancel" => Operation.CancelJob,
        "cancel pause-first" => Operation.PauseAndCancelJob,
        "cancel force" => Operation.ForceCancelJob,
        "rate" => Operation.SetJobRate,
        "restart" => Operation.RestartJob,
        "discard" => Operation.DiscardJob,
        "abandon" => Operation.AbandonJob,
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "No such command."),
    };

    [Fact]
    public async Task Guard_that_has_tripped_is_shown_with_what_it_saw_which_cancel_fits_and_who_let_it_pass()
    {
        var job = await bench.ApplyAsync();
        var name = $"{job.Definition.Objects[0].From}|{job.Definition.Objects[0].To}";
        await bench.ExecuteAsync(
            $"""
             insert into coordinator.object_history (pipeline_id, name, full_read, rows, ended)
             select {job.PipelineId}, {name}, false, array[1, 2, 3], array_agg(now() - no * interval '1 hour') from generate_series(1, 3) no
             """);
        await job.AcceptAsync();
        await job.BeginAsync();
        await job.PrepareAsync();
        var held = (await ShowAsync(job)).Job;
        var trip = Assert.Single(held.Guards);
        Assert.Equal((Guard.FullLoad, GuardAction.Hold, V1.CancelMode.Graceful, ""), (trip.Guard, trip.Action, trip.RecommendedCancel.Mode, trip.PassedBy));
        Assert.EndsWith("nothing is written, and each cancel is one of the extraction.", trip.RecommendedCancel.Why, StringComparison.Ordinal);
        Assert.Equal((held.RecommendedCancel, V1.StopCause.Guard), (trip.RecommendedCancel, held.Stop.Cause));
        Assert.Equal(GuardOutcome.Tripped, Assert.Single(held.Judgements).Outcome);

        await bench.AskAsync(new Contracts.Jobs.ResumeJob { JobId = job.Id, Actor = "ann", Reason = "meant", PassGuards = true });
        var passed = (await ShowAsync(job)).Job;
        var pass = Assert.Single(passed.Guards);
        Assert.Equal(("ann", "meant", true), (pass.PassedBy, pass.PassedReason, pass.Passed >= pass.Tripped));
        Assert.EndsWith("Guards let it pass, as was said.", await job.ValueAsync<string>(
            $"""select sentence as "Value" from coordinator.job_command where job_id = {job.Id} and command = 'ResumeJob'"""), StringComparison.Ordinal);
        Assert.NotEqual(trip.RecommendedCancel, passed.RecommendedCancel);
    }

    async Task<GetJobResponse> ShowAsync(SagaJob job)
    {
        var state = new CoordinatorState(_source);
        var jobs = new JobQueries(state);
        var reads = new JobReads(state, new JobFinder(jobs, new PipelineQueries(state), new JobBirths(jobs, TimeProvider.System)), jobs, new JobObjects(state), new JobTasks(state), new JobFindings(state),
            new GuardMessages(state), new Tokens(state));
        return await reads.GetAsync(new GetJobRequest { Job = new JobReference { Id = job.Id.ToString() } }, project: null, default);
    }
}
