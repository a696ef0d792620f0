using Grpc.Core;
using Headgate.JobCoordinator.Starts;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Jobs;

/// <summary>What commands on one job are answered with where they are accepted, and what is recorded of them.</summary>
[Collection(nameof(CommandCollection))]
public sealed class AnswerTests(CommandBench bench)
{
    [Theory]
    [InlineData(Operation.PauseJob, "Pending", JobState.Paused)]
    [InlineData(Operation.PauseJob, "Processing", JobState.Pausing)]
    [InlineData(Operation.ResumeJob, "Paused", JobState.Processing)]
    [InlineData(Operation.ResumeJob, "Failed", JobState.Processing)]
    [InlineData(Operation.CancelJob, "Initializing", JobState.Canceling)]
    [InlineData(Operation.CancelJob, "Pausing", JobState.Pausing)]
    [InlineData(Operation.PauseAndCancelJob, "Processing", JobState.Pausing)]
    [InlineData(Operation.ForceCancelJob, "Processing", JobState.Canceling)]
    [InlineData(Operation.ForceCancelJob, "Canceling", JobState.Canceling)]
    [InlineData(Operation.RestartJob, "Failed", JobState.Initializing)]
    [InlineData(Operation.DiscardJob, "Paused", JobState.Discarded)]
    [InlineData(Operation.AbandonJob, "Canceling", JobState.Discarded)]
    [InlineData(Operation.DeleteJob, "Completed", JobState.Completed)]
    [InlineData(Operation.DeleteJob, "Canceled", JobState.Canceled)]
    [InlineData(Operation.DeleteJob, "Discarded", JobState.Discarded)]
    public async Task Accepted_command_is_answered_with_the_job_as_it_then_stands_and_recorded(Operation operation, string state, JobState after)
    {
        var job = await bench.JobAsync(state);

        var answer = await Asked.AskAsync(bench.Jobs, operation, CommandBench.Named(job), "wrong mapping");

        Assert.Equal((CommandOutcome.Accepted, after), (answer.Outcome, answer.Job.State));
        var shown = await bench.GetAsync(job);
        Assert.Equal(shown.Job, answer.Job);
        Assert.Single(answer.Job.Objects);
        var record = Assert.Single(shown.Commands);
        Assert.Equal(
            (operation, CommandBench.Actor, "wrong mapping", Enum.Parse<JobState>(state), after, CommandOutcome.Accepted),
            (record.Operation, record.Actor, record.Reason, record.StateBefore, record.StateAfter, record.Outcome));
        Assert.StartsWith(record.Sentence.TrimEnd('.'), answer.Sentence, StringComparison.Ordinal);
        Assert.Equal(
            [["BEGUN", "", $"job {job}"], ["OK", operation.ToString(), $"job {job}"]],
            await bench.RowsAsync($"select outcome, operation, subject from coordinator.audit where subject like '%{job}' order by audit_id"));
    }

    [Theory]
    [InlineData(Operation.PauseJob, "Pausing")]
    [InlineData(Operation.PauseJob, "Paused")]
    [InlineData(Operation.CancelJob, "Canceling")]
    public async Task Command_that_changes_nothing_is_already_so(Operation operation, string state)
    {
        var job = await bench.JobAsync(state);

        var answer = await Asked.AskAsync(bench.Jobs, operation, CommandBench.Named(job));

        Assert.Equal((CommandOutcome.AlreadySo, state), (answer.Outcome, answer.Job.State.ToString()));
    }

    [Theory]
    [InlineData(Operation.PauseJob)]
    [InlineData(Operation.PauseAndCancelJob)]
    [InlineData(Operation.ForceCancelJob)]
    [InlineData(Operation.DiscardJob)]
    public async Task Stop_is_measured_from_when_the_call_came_and_not_from_when_the_job_could_answer(Operation operation)
    {
        var job = await bench.JobAsync("Processing");
        Task<Asked> asked;
        DateTime held;
        await using (await bench.HoldAsync(job))
        {
            asked = Asked.AskAsync(bench.Jobs, operation, CommandBench.Named(job));
            await bench.WaitingForLocksAsync(1);
            held = await bench.Database.ScalarAsync<DateTime>("select clock_timestamp()");
        }

        await asked;
        Assert.True(
            await bench.Database.ScalarAsync<DateTime>($"select requested_at from coordinator.job_stop where job_id = '{job}'") < held,
            "The stop was measured from when its turn came.");
    }

    [Fact]
    public async Task Abandoned_job_shows_that_its_stop_was_never_confirmed_and_restarted_one_its_new_attempt()
    {
        var abandoned = await Asked.AskAsync(bench.Jobs, Operation.AbandonJob, CommandBench.Named(await bench.JobAsync("Canceling")));
        Assert.Equal(StopConfirmation.Abandoned, abandoned.Job.Stop.ConfirmedBy);

        var restarted = await Asked.AskAsync(bench.Jobs, Operation.RestartJob, CommandBench.Named(await bench.JobAsync("Paused")));
        Assert.Equal(2, restarted.Job.Attempt);
    }

    [Fact]
    public async Task Cancel_says_what_becomes_of_the_schedule()
    {
        var answer = await Asked.AskAsync(bench.Jobs, Operation.ForceCancelJob, CommandBench.Named(await bench.JobAsync("Processing")));

        Assert.Equal($"Canceling by force: batches in flight are rolled back; {NextRun.NoSchedule}.", answer.Sentence);
    }

    [Fact]
    public async Task Job_can_be_named_by_its_pipeline_or_its_request_id_and_the_trail_has_its_id()
    {
        var project = CommandBench.NewProject();
        var job = await bench.JobAsync("Processing", project, "contacts");
        var byPipeline = new JobReference { Pipeline = new PipelineReference { Project = project, Name = "contacts" } };

        Assert.Equal(job.ToString(), (await Asked.AskAsync(bench.Jobs, Operation.PauseJob, byPipeline)).Job.Id);
        var byRequest = new JobReference { RequestId = (await bench.GetAsync(job)).Job.RequestId };
        Assert.Equal(job.ToString(), (await Asked.AskAsync(bench.Jobs, Operation.PauseJob, byRequest)).Job.Id);

        Assert.Equal(
            [[$"pipeline {project}/contacts"], [$"job {job}"]],
            await bench.RowsAsync($"select subject from coordinator.audit where project = '{project}' order by audit_id limit 2"));
    }

    [Fact]
    public async Task Pipeline_without_an_active_job_and_a_job_that_is_not_there_are_not_found()
    {
        var project = CommandBench.NewProject();
        await bench.JobAsync("Completed", project, "contacts");
        var reference = new JobReference { Pipeline = new PipelineReference { Project = project, Name = "contacts" } };

        Assert.Equal(StatusCode.NotFound, (await RefusedAsync(Operation.CancelJob, reference)).StatusCode);
        Assert.Equal(StatusCode.NotFound, (await RefusedAsync(Operation.CancelJob, CommandBench.Named(Guid.NewGuid()))).StatusCode);
    }

    [Fact]
    public async Task Guards_are_passed_with_a_reason_only()
    {
        var paused = await bench.JobAsync("Paused");

        var guards = await Assert.ThrowsAsync<RpcException>(async () => await bench.Jobs.ResumeJobAsync(
            new ResumeJobRequest { Job = CommandBench.Named(paused), PassGuards = true }));

        Assert.Equal(StatusCode.InvalidArgument, guards.StatusCode);
        Assert.Equal("reason", guards.GetRpcStatus()!.GetDetail<Google.Rpc.BadRequest>()!.FieldViolations.Single().Field);
        Assert.Empty((await bench.GetAsync(paused)).Commands);
    }

    [Fact]
    public async Task Mode_that_there_is_not_is_invalid()
    {
        var job = await bench.JobAsync("Processing");

        var error = await Assert.ThrowsAsync<RpcException>(async () => await bench.Jobs.CancelJobAsync(
            new CancelJobRequest { Job = CommandBench.Named(job), Mode = (CancelMode)9 }));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Equal("mode", error.GetRpcStatus()!.GetDetail<Google.Rpc.BadRequest>()!.FieldViolations.Single().Field);
    }

    [Fact]
    public async Task Records_in_doubt_are_no_reason_to_refuse_where_writes_are_idempotent()
    {
        var job = CommandBench.Named(await bench.JobAsync("Processing"));
        var request = new CancelJobRequest { Job = job, Mode = CancelMode.Force, AcceptInDoubt = true };

        Assert.Equal(CommandOutcome.Accepted, (await bench.Jobs.CancelJobAsync(request)).Outcome);
    }

    Task<RpcException> RefusedAsync(Operation operation, JobReference job) =>
        Assert.ThrowsAsync<RpcException>(() => Asked.AskAsync(bench.Jobs, operation, job));
}
