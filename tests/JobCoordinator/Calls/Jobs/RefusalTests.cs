using Google.Rpc;
using Grpc.Core;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Jobs;

/// <summary>Refused commands: state, rule and what would be accepted.</summary>
[Collection(nameof(CommandCollection))]
public sealed class RefusalTests(CommandBench bench)
{
    static readonly Operation[] Launched = [Operation.PauseJob, Operation.PauseAndCancelJob, Operation.ForceCancelJob, Operation.DiscardJob, Operation.SetJobRate];

    static readonly Operation[] Standing =
    [
        Operation.ResumeJob, Operation.CancelJob, Operation.PauseAndCancelJob, Operation.ForceCancelJob, Operation.RestartJob, Operation.DiscardJob,
        Operation.SetJobRate,
    ];

    [Fact]
    public async Task Graceful_cancel_of_a_launched_job_is_to_pause_first()
    {
        var job = await bench.JobAsync("Processing");

        var error = await RefusedAsync(Operation.CancelJob, job);

        const string sentence = "Refused: a launched job is paused before it is canceled; pause_first does both, force does not wait; in Processing it "
            + "accepts PauseJob, CancelJob with pause_first, CancelJob with mode FORCE, DiscardJob, SetJobRate.";
        Assert.Equal((StatusCode.FailedPrecondition, sentence), (error.StatusCode, error.Status.Detail));
        var refusal = new Refusal { Rule = Rule.PauseFirst, Sentence = sentence, JobId = job.ToString(), JobState = JobState.Processing };
        refusal.WouldAccept.Add(Launched);
        Assert.Equal(refusal, Refusal(error));
        Assert.Equal(
            new PreconditionFailure.Types.Violation { Type = "PAUSE_FIRST", Subject = $"job:{job}", Description = sentence },
            error.GetRpcStatus()!.GetDetail<PreconditionFailure>()!.Violations.Single());
        var shown = await bench.GetAsync(job);
        Assert.Equal(JobState.Processing, shown.Job.State);
        var record = Assert.Single(shown.Commands);
        Assert.Equal((Operation.CancelJob, CommandOutcome.Refused, CommandBench.Actor), (record.Operation, record.Outcome, record.Actor));
    }

    [Theory]
    [InlineData(Operation.ResumeJob, "Processing", Rule.State)]
    [InlineData(Operation.RestartJob, "Processing", Rule.State)]
    [InlineData(Operation.AbandonJob, "Processing", Rule.State)]
    [InlineData(Operation.DeleteJob, "Processing", Rule.State)]
    [InlineData(Operation.CancelJob, "Collecting", Rule.PauseFirst)]
    public async Task Job_that_runs_refuses(Operation operation, string state, Rule rule) =>
        await RefusesAsync(operation, state, rule, null, [.. Launched.Where(each => state == "Processing" || each != Operation.SetJobRate)]);

    [Theory]
    [InlineData(Operation.PauseJob, "Failed")]
    [InlineData(Operation.DeleteJob, "Failed")]
    [InlineData(Operation.DeleteJob, "Paused")]
    public async Task Job_that_stands_refuses(Operation operation, string state) => await RefusesAsync(operation, state, Rule.State, null, Standing);

    [Theory]
    [InlineData(Operation.PauseJob)]
    [InlineData(Operation.ResumeJob)]
    [InlineData(Operation.ForceCancelJob)]
    [InlineData(Operation.RestartJob)]
    [InlineData(Operation.DiscardJob)]
    [InlineData(Operation.AbandonJob)]
    public async Task Job_that_has_ended_refuses(Operation operation) =>
        await RefusesAsync(operation, "Completed", Rule.Final, null, Operation.DeleteJob);

    [Fact]
    public async Task Deleted_job_accepts_nothing() => await RefusesAsync(Operation.PauseJob, "Canceled", Rule.Final, "deleted_at = now()");

    [Theory]
    [InlineData("Canceling", "mode = 'Graceful'", new[] { Operation.ForceCancelJob, Operation.AbandonJob })]
    [InlineData("Canceling", "mode = 'Force'", new[] { Operation.AbandonJob })]
    [InlineData("Pausing", "intent = 'Pause'", new[] { Operation.CancelJob, Operation.PauseAndCancelJob, Operation.ForceCancelJob, Operation.SetJobRate })]
    [InlineData("Pausing", "intent = 'Fail'", new[] { Operation.PauseJob, Operation.CancelJob, Operation.PauseAndCancelJob, Operation.ForceCancelJob, Operation.SetJobRate })]
    public async Task Stop_in_progress_says_what_it_would_accept_by_what_it_is(string state, string with, Operation[] accepts) =>
        await RefusesAsync(Operation.ResumeJob, state, Rule.State, with, accepts);

    [Fact]
    public async Task Restart_names_the_job_that_is_in_its_way()
    {
        var project = CommandBench.NewProject();
        var failed = await bench.JobAsync("Failed", project, "contacts");
        var active = await bench.JobAsync("Initializing", project, "contacts");

        var refusal = Refusal(await RefusedAsync(Operation.RestartJob, failed));

        Assert.Equal((Rule.ActiveJob, active.ToString(), JobState.Initializing), (refusal.Rule, refusal.JobId, refusal.JobState));
        Assert.Equal(Standing.Except([Operation.RestartJob]), refusal.WouldAccept);
        Assert.Contains(active.ToString(), refusal.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repeat_of_a_refused_command_is_refused_with_its_details()
    {
        var job = await bench.JobAsync("Processing");
        var first = await RefusedAsync(Operation.CancelJob, job, "refused");

        var second = await RefusedAsync(Operation.CancelJob, job, "refused");
        await bench.ForgetAnswersAsync("refused");
        var third = await RefusedAsync(Operation.CancelJob, job, "refused");

        Assert.Equal(Refusal(first), Refusal(second));
        Assert.Equal(Refusal(first), Refusal(third));
        Assert.Single((await bench.GetAsync(job)).Commands);
    }

    async Task RefusesAsync(Operation operation, string state, Rule rule, string? with, params Operation[] accepts)
    {
        var job = await bench.JobAsync(state, with: with);

        var error = await RefusedAsync(operation, job);

        var refusal = Refusal(error);
        Assert.Equal((StatusCode.FailedPrecondition, rule), (error.StatusCode, refusal.Rule));
        Assert.Equal((state, job.ToString()), (refusal.JobState.ToString(), refusal.JobId));
        Assert.Equal(accepts, refusal.WouldAccept);
        Assert.Equal(error.Status.Detail, refusal.Sentence);
        Assert.Contains(state, refusal.Sentence, StringComparison.Ordinal);
        var record = Assert.Single((await bench.GetAsync(job)).Commands);
        Assert.Equal((operation, CommandOutcome.Refused), (record.Operation, record.Outcome));
        Assert.Equal((state, state), (record.StateBefore.ToString(), record.StateAfter.ToString()));
    }

    static Refusal Refusal(RpcException error) => error.GetRpcStatus()!.GetDetail<Refusal>()!;

    Task<RpcException> RefusedAsync(Operation operation, Guid job, string key = "") =>
        Assert.ThrowsAsync<RpcException>(() => Asked.AskAsync(bench.Jobs, operation, CommandBench.Named(job), key: key));
}
