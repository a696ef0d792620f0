using Grpc.Core;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Jobs;

/// <summary>A command with an idempotency_key reaches its job once, whatever is lost on the way.</summary>
[Collection(nameof(CommandCollection))]
public sealed class RepeatTests(CommandBench bench)
{
    readonly string _key = $"k{Guid.NewGuid():N}";

    [Fact]
    public async Task Ten_at_once_are_one_command()
    {
        var job = CommandBench.Named(await bench.JobAsync("Processing"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Asked.AskAsync(bench.Jobs, Operation.PauseJob, job, "", _key)));

        Assert.All(answers, answer => Assert.Equal(CommandOutcome.Accepted, answer.Outcome));
        Assert.Single((await bench.GetAsync(Guid.Parse(job.Id))).Commands);
    }

    [Fact]
    public async Task Without_a_key_each_call_is_a_command()
    {
        var job = CommandBench.Named(await bench.JobAsync("Processing"));

        await Asked.AskAsync(bench.Jobs, Operation.PauseJob, job);
        var second = await Asked.AskAsync(bench.Jobs, Operation.PauseJob, job);

        Assert.Equal(CommandOutcome.AlreadySo, second.Outcome);
        Assert.Equal(2, (await bench.GetAsync(Guid.Parse(job.Id))).Commands.Count);
    }

    [Theory]
    [InlineData(Operation.PauseJob, "Processing")]
    [InlineData(Operation.RestartJob, "Paused")]
    [InlineData(Operation.DeleteJob, "Completed")]
    public async Task Repeat_after_a_crash_is_answered_by_the_job_as_the_first_was(Operation operation, string state)
    {
        var job = CommandBench.Named(await bench.JobAsync(state));
        var first = await Asked.AskAsync(bench.Jobs, operation, job, "", _key);
        await bench.ForgetAnswersAsync(_key);

        var second = await Asked.AskAsync(bench.Jobs, operation, job, "", _key);

        Assert.Equal(first, second);
        Assert.Single((await bench.GetAsync(Guid.Parse(job.Id))).Commands);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Repeat_is_about_the_job_that_the_pipeline_had_then(bool hasCrashed)
    {
        var project = CommandBench.NewProject();
        var first = await bench.JobAsync("Pending", project, "contacts");
        var contacts = new JobReference { Pipeline = new PipelineReference { Project = project, Name = "contacts" } };
        await Asked.AskAsync(bench.Jobs, Operation.CancelJob, contacts, "", _key);
        var next = await bench.JobAsync("Pending", project, "contacts");
        if (hasCrashed) await bench.ForgetAnswersAsync(_key);

        var repeat = await Asked.AskAsync(bench.Jobs, Operation.CancelJob, contacts, "", _key);

        Assert.Equal((first.ToString(), JobState.Canceled, CommandOutcome.Accepted), (repeat.Job.Id, repeat.Job.State, repeat.Outcome));
        Assert.Equal(JobState.Pending, (await bench.GetAsync(next)).Job.State);
    }

    [Fact]
    public async Task Stop_is_measured_from_its_call_and_keeps_the_reason_that_a_repeat_brings()
    {
        var id = await bench.JobAsync("Processing");
        var job = CommandBench.Named(id);
        var held = await bench.HoldAsync(id);
        var first = Asked.AskAsync(bench.Jobs, Operation.PauseJob, job, "", _key);
        await bench.WaitingForLocksAsync(1);
        var released = (await bench.RowsAsync("select clock_timestamp()::text"))[0][0];
        await held.DisposeAsync();
        await first;
        await Asked.AskAsync(bench.Jobs, Operation.PauseJob, job, "wrong mapping", _key);

        Assert.Equal(
            [["True", "wrong mapping"]],
            await bench.RowsAsync($"select requested_at < '{released}'::timestamptz, reason from coordinator.job_stop where job_id = '{id}'"));
    }

    [Fact]
    public async Task Repeat_has_the_outcome_of_the_first_and_the_job_as_it_now_stands()
    {
        var job = CommandBench.Named(await bench.JobAsync("Pending"));
        await Asked.AskAsync(bench.Jobs, Operation.PauseJob, job, "", _key);
        await Asked.AskAsync(bench.Jobs, Operation.CancelJob, job);

        var repeat = await Asked.AskAsync(bench.Jobs, Operation.PauseJob, job, "", _key);

        Assert.Equal((CommandOutcome.Accepted, JobState.Canceling), (repeat.Outcome, repeat.Job.State));
    }

    [Fact]
    public async Task Job_that_does_not_answer_in_the_callers_time_may_still_do_what_it_was_told_once()
    {
        var job = await bench.JobAsync("Processing");
        var request = new PauseJobRequest { Job = CommandBench.Named(job), IdempotencyKey = _key };
        await using (await bench.HoldAsync(job))
        {
            var error = await Assert.ThrowsAsync<RpcException>(async () =>
                await bench.Jobs.PauseJobAsync(request, deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(1)));
            Assert.Equal(StatusCode.Unavailable, error.StatusCode);
            Assert.Contains("may still take effect", error.Status.Detail, StringComparison.Ordinal);
        }

        var repeat = await bench.Jobs.PauseJobAsync(request);

        Assert.Equal((CommandOutcome.Accepted, JobState.Pausing), (repeat.Outcome, repeat.Job.State));
        Assert.Single((await bench.GetAsync(job)).Commands);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reason_that_a_repeat_brings_is_added_to_the_record_the_stop_and_the_trail(bool hasCrashed)
    {
        var job = await bench.JobAsync("Processing");
        await Asked.AskAsync(bench.Jobs, Operation.ForceCancelJob, CommandBench.Named(job), "", _key);
        if (hasCrashed) await bench.ForgetAnswersAsync(_key);

        var repeat = await Asked.AskAsync(bench.Jobs, Operation.ForceCancelJob, CommandBench.Named(job), "wrong mapping", _key);

        Assert.Equal("wrong mapping", repeat.Job.Stop.Reason);
        var shown = await bench.GetAsync(job);
        Assert.Equal(("wrong mapping", "wrong mapping"), (shown.Job.Stop.Reason, Assert.Single(shown.Commands).Reason));
        Assert.Equal(
            [["BEGUN", ""], ["OK", ""], ["BEGUN", "wrong mapping"], ["REASON_ADDED", "wrong mapping"], ["OK", "wrong mapping"]],
            await bench.RowsAsync($"select outcome, reason from coordinator.audit where subject = 'job {job}' order by audit_id"));
    }

    [Fact]
    public async Task Reason_that_was_given_stays()
    {
        var job = await bench.JobAsync("Processing");
        await Asked.AskAsync(bench.Jobs, Operation.PauseJob, CommandBench.Named(job), "the first", _key);

        await Asked.AskAsync(bench.Jobs, Operation.PauseJob, CommandBench.Named(job), "the second", _key);

        var shown = await bench.GetAsync(job);
        Assert.Equal(("the first", "the first"), (shown.Job.Stop.Reason, shown.Commands[0].Reason));
        Assert.Empty(await bench.RowsAsync($"select 1 from coordinator.audit where subject = 'job {job}' and outcome = 'REASON_ADDED'"));
    }

    [Fact]
    public async Task Reason_of_a_command_is_not_that_of_a_later_stop()
    {
        var job = await bench.JobAsync("Pending");
        await Asked.AskAsync(bench.Jobs, Operation.PauseJob, CommandBench.Named(job), "", _key);
        await Asked.AskAsync(bench.Jobs, Operation.CancelJob, CommandBench.Named(job));

        await Asked.AskAsync(bench.Jobs, Operation.PauseJob, CommandBench.Named(job), "to look", _key);

        var shown = await bench.GetAsync(job);
        Assert.Equal(["", "to look"], shown.Commands.Select(command => command.Reason));
        Assert.Equal("", shown.Job.Stop.Reason);
    }

    [Fact]
    public async Task Reason_of_an_escalation_is_that_of_the_stop_from_then_on()
    {
        var job = await bench.JobAsync("Paused");
        await Asked.AskAsync(bench.Jobs, Operation.CancelJob, CommandBench.Named(job), "", _key);
        await Asked.AskAsync(bench.Jobs, Operation.ForceCancelJob, CommandBench.Named(job), "", $"{_key}-force");

        await Asked.AskAsync(bench.Jobs, Operation.CancelJob, CommandBench.Named(job), "wrong mapping", _key);
        Assert.Equal("", (await bench.GetAsync(job)).Job.Stop.Reason);
        await Asked.AskAsync(bench.Jobs, Operation.ForceCancelJob, CommandBench.Named(job), "in a hurry", $"{_key}-force");

        var shown = await bench.GetAsync(job);
        Assert.Equal("in a hurry", shown.Job.Stop.Reason);
        Assert.Equal(["in a hurry", "wrong mapping"], shown.Commands.Select(command => command.Reason));
    }

    [Fact]
    public async Task Reason_of_a_command_that_was_refused_is_recorded()
    {
        var job = await bench.JobAsync("Processing");
        await Assert.ThrowsAsync<RpcException>(() => Asked.AskAsync(bench.Jobs, Operation.CancelJob, CommandBench.Named(job), "", _key));

        await Assert.ThrowsAsync<RpcException>(() => Asked.AskAsync(bench.Jobs, Operation.CancelJob, CommandBench.Named(job), "wrong mapping", _key));

        Assert.Equal("wrong mapping", Assert.Single((await bench.GetAsync(job)).Commands).Reason);
    }
}
