using Grpc.Core;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Pipelines;

/// <summary>SyncNow again with the same idempotency_key: no second job, whatever has happened meanwhile.</summary>
[Collection(nameof(PipelineCollection))]
public sealed class SyncNowAgainTests(PipelineBench bench)
{
    readonly BenchProject _project = bench.NewProject();

    SyncNowRequest Request => new() { Pipeline = _project.Reference(), IdempotencyKey = _project.Name };

    [Fact]
    public async Task Ten_same_calls_at_once_start_one_job_and_are_answered_alike()
    {
        await _project.ApplyAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => bench.Admin.SyncNowAsync(Request).ResponseAsync));

        Assert.All(answers, answer => Assert.Equal(RunOutcome.Started, answer.Outcome));
        Assert.Single(answers.Select(answer => answer.Job.Id).Distinct());
        Assert.Equal(1, await _project.JobsAsync());
    }

    [Fact]
    public async Task Ten_at_once_without_a_key_start_one_job_and_the_others_are_refused()
    {
        await _project.ApplyAsync();

        var errors = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ => (await Record.ExceptionAsync(
            () => bench.Admin.SyncNowAsync(new SyncNowRequest { Pipeline = _project.Reference() }).ResponseAsync)) as RpcException));

        Assert.Single(errors, error => error is null);
        Assert.All(errors.OfType<RpcException>(), error => Assert.Equal(Rule.ActiveJob, error.GetRpcStatus()!.GetDetail<Refusal>()!.Rule));
        Assert.Equal(1, await _project.JobsAsync());
    }

    [Fact]
    public async Task Repeat_shows_the_job_as_it_stands()
    {
        await _project.ApplyAsync();
        var job = Guid.Parse((await bench.Admin.SyncNowAsync(Request)).Job.Id);
        await _project.MoveAsync(job, "Completed");

        var again = await bench.Admin.SyncNowAsync(Request);

        Assert.Equal((RunOutcome.Started, job.ToString(), JobState.Completed), (again.Outcome, again.Job.Id, again.Job.State));
    }

    [Theory]
    [InlineData("Pending")]
    [InlineData("Completed")]
    public async Task Call_that_died_before_its_answer_was_kept_starts_no_second_job(string state)
    {
        await _project.ApplyAsync();
        var first = await bench.Admin.SyncNowAsync(Request);
        await _project.MoveAsync(Guid.Parse(first.Job.Id), state);
        await ForgetAsync();

        var again = await bench.Admin.SyncNowAsync(Request);

        Assert.Equal((RunOutcome.Started, first.Job.Id), (again.Outcome, again.Job.Id));
        Assert.Equal(1, await _project.JobsAsync());
    }

    [Fact]
    public async Task Call_that_died_is_answered_with_its_job_though_another_has_followed_and_the_pipeline_is_paused()
    {
        await _project.ApplyAsync();
        var first = await bench.Admin.SyncNowAsync(Request);
        await _project.MoveAsync(Guid.Parse(first.Job.Id), "Completed");
        await _project.StartAsync();
        await _project.SetAsync("state = 'Paused'");
        await ForgetAsync();

        Assert.Equal(first.Job.Id, (await bench.Admin.SyncNowAsync(Request)).Job.Id);
        Assert.Equal(2, await _project.JobsAsync());
    }

    [Fact]
    public async Task Call_that_died_after_it_had_a_failed_job_go_on_is_answered_so_and_not_with_that_job_in_its_way()
    {
        await _project.ApplyAsync();
        var job = await _project.StartAsync();
        await _project.MoveAsync(job, "Failed", ", resume_to = 'Pending'");
        await bench.Admin.SyncNowAsync(Request);
        await ForgetAsync();

        var again = await bench.Admin.SyncNowAsync(Request);

        Assert.Equal((RunOutcome.Resumed, job.ToString()), (again.Outcome, again.Job.Id));
        Assert.Equal(1, await _project.CountAsync($"coordinator.job_command where job_id = '{job}'"));
    }

    [Fact]
    public async Task Refusal_is_kept_with_its_details()
    {
        await _project.ApplyAsync();
        var job = await _project.StartAsync();
        await Refused.ByAsync(Rule.ActiveJob, $"job:{job}", bench.Admin.SyncNowAsync(Request));
        await _project.MoveAsync(job, "Completed");

        await Refused.ByAsync(Rule.ActiveJob, $"job:{job}", bench.Admin.SyncNowAsync(Request));

        Assert.Equal(1, await _project.JobsAsync());
    }

    // As it is when a process dies between the start and the record of the answer: that was rolled back.
    Task ForgetAsync() => bench.State.ExecuteAsync(
        $"update coordinator.idempotent_call set response = null, refused_with = null where idempotency_key = '{_project.Name}'");
}
