using Grpc.Core;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Jobs;

/// <summary>ResumeJob of a job whose source may have changed since it planned.</summary>
[Collection(nameof(CommandCollection))]
public sealed class ResumeCheckTests(CommandBench bench)
{
    const string Change = "Object public.a: column \"email\" is gone.";

    [Theory]
    [InlineData("Paused", "Initializing")]
    [InlineData("Paused", "Processing")]
    [InlineData("Failed", "Processing")]
    public async Task Changed_source_refuses_it_and_recommends_a_restart(string state, string resumeTo)
    {
        var job = await bench.JobAsync(state, with: $"resume_to = '{resumeTo}'");
        bench.Sources.Change(job, Change);

        var error = await Assert.ThrowsAsync<RpcException>(() => ResumeAsync(job));

        var refusal = error.GetRpcStatus()!.GetDetail<Refusal>()!;
        Assert.Equal((StatusCode.FailedPrecondition, Rule.SchemaChanged), (error.StatusCode, refusal.Rule));
        Assert.Equal(Operation.RestartJob, refusal.WouldAccept[0]);
        Assert.DoesNotContain(Operation.ResumeJob, refusal.WouldAccept);
        Assert.Contains("Object public.a: column \"email\" is gone", refusal.Sentence, StringComparison.Ordinal);
        var shown = await bench.GetAsync(job);
        Assert.Equal(Enum.Parse<JobState>(state), shown.Job.State);
        var record = Assert.Single(shown.Commands);
        Assert.Equal((Operation.ResumeJob, CommandOutcome.Refused, CommandBench.Actor), (record.Operation, record.Outcome, record.Actor));
    }

    [Fact]
    public async Task Many_jobs_each_answer_for_themselves()
    {
        var (changed, same) = (await bench.JobAsync("Paused"), await bench.JobAsync("Paused"));
        bench.Sources.Change(changed, Change);

        var answer = await bench.Jobs.OperateJobsAsync(new OperateJobsRequest
        {
            Selection = new OperateJobsRequest.Types.Selection { Ids = { $"{changed}", $"{same}" } },
            Resume = new OperateJobsRequest.Types.Resume(),
        });

        Assert.Equal([CommandOutcome.Refused, CommandOutcome.Accepted], answer.Results.Select(result => result.Outcome));
        Assert.Equal(Rule.SchemaChanged, answer.Results[0].Refusal.Rule);
    }

    [Fact]
    public async Task Without_a_worker_nothing_is_done()
    {
        var job = await bench.JobAsync("Paused");
        bench.Sources.NobodyAnswers(job);

        var error = await Assert.ThrowsAsync<RpcException>(() => ResumeAsync(job, TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(2)));

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Contains("was not resumed", error.Status.Detail, StringComparison.Ordinal);
        var shown = await bench.GetAsync(job);
        Assert.Equal(JobState.Paused, shown.Job.State);
        Assert.Empty(shown.Commands);
    }

    [Fact]
    public async Task Source_that_cannot_be_looked_at_is_no_reason_to_refuse()
    {
        var job = await bench.JobAsync("Paused");
        bench.Sources.CannotBeLookedAt(job);

        Assert.Equal(CommandOutcome.Accepted, (await ResumeAsync(job)).Outcome);
    }

    [Theory]
    [InlineData("Collecting")]
    [InlineData("Pending")]
    public async Task Job_that_needs_no_plans_is_resumed_without_a_look(string resumeTo)
    {
        var job = await bench.JobAsync("Paused", with: $"resume_to = '{resumeTo}'");
        bench.Sources.Change(job, Change);

        Assert.Equal(CommandOutcome.Accepted, (await ResumeAsync(job)).Outcome);
        Assert.DoesNotContain(job, bench.Sources.Asked.Keys);
    }

    [Fact]
    public async Task Repeat_of_a_refused_one_is_refused_alike_and_recorded_once()
    {
        var job = await bench.JobAsync("Paused");
        bench.Sources.Change(job, Change);

        var first = await Assert.ThrowsAsync<RpcException>(() => ResumeAsync(job, key: "changed-source"));
        await bench.ForgetAnswersAsync("changed-source");
        var second = await Assert.ThrowsAsync<RpcException>(() => ResumeAsync(job, key: "changed-source"));

        Assert.Equal(first.GetRpcStatus()!.GetDetail<Refusal>(), second.GetRpcStatus()!.GetDetail<Refusal>());
        Assert.Single((await bench.GetAsync(job)).Commands);
    }

    async Task<ResumeJobResponse> ResumeAsync(Guid job, DateTime? deadline = null, string key = "") =>
        await bench.Jobs.ResumeJobAsync(new ResumeJobRequest { Job = CommandBench.Named(job), IdempotencyKey = key }, deadline: deadline);
}
