using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Tests.Saga;

namespace Headgate.JobCoordinator.Tests.Runs;

/// <summary>What becomes of a run that is asked for, by what the pipeline and its latest job stand in.</summary>
[Collection(nameof(SagaCollection))]
public sealed class StartTests(SagaBench bench)
{
    [Fact]
    public async Task First_run_claims_the_pipeline_and_owes_a_historical_job()
    {
        var job = await bench.ApplyAsync();
        var run = Run(job);
        var answer = await StartAsync(run);
        Assert.Equal((RunOutcome.Started, run.RunId), (answer.Outcome, answer.JobId));
        Assert.Equal(run.RunId, await CurrentAsync(job));
        Assert.Equal(["AcceptJob Historical headgate.coordinator.job-commands"], await OwedAsync(run.RunId));
    }

    [Fact]
    public async Task Run_over_committed_offsets_is_incremental()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Completed");
        await job.ClaimAsync();
        var run = Run(job);
        await StartAsync(run);
        Assert.Equal(["AcceptJob Incremental headgate.coordinator.job-commands"], await OwedAsync(run.RunId));
    }

    [Fact]
    public async Task Run_of_a_pipeline_that_is_not_there_is_refused()
    {
        var job = await bench.ApplyAsync();
        Assert.Equal(RunOutcome.Refused, (await StartAsync(Run(job) with { Pipeline = "missing" })).Outcome);
    }

    [Fact]
    public async Task Run_of_a_pipeline_that_is_not_enabled_is_refused_and_claims_nothing()
    {
        var job = await bench.ApplyAsync();
        await bench.ExecuteAsync($"update coordinator.pipeline set state = 'Failed' where pipeline_id = {job.PipelineId}");
        var answer = await StartAsync(Run(job));
        Assert.Equal(RunOutcome.Refused, answer.Outcome);
        Assert.Contains("is Failed", answer.Sentence, StringComparison.Ordinal);
        Assert.Null(await CurrentAsync(job));
    }

    [Fact]
    public async Task Run_that_comes_twice_starts_one_job_and_is_answered_alike()
    {
        var job = await bench.ApplyAsync();
        var run = Run(job);
        await StartAsync(run);
        Assert.Equal((RunOutcome.Started, run.RunId), (await StartAsync(run)) is var again ? (again.Outcome, again.JobId) : default);
        Assert.Single(await OwedAsync(run.RunId));
    }

    [Theory]
    [InlineData("Pending")]
    [InlineData("Initializing")]
    [InlineData("Processing")]
    [InlineData("Pausing")]
    [InlineData("Paused")]
    [InlineData("Canceling")]
    public async Task Run_over_an_active_job_is_skipped_with_one_record(string state)
    {
        var job = await (await bench.AcceptAsync()).InAsync(state);
        await job.ClaimAsync();
        var run = Run(job);
        Assert.Equal((RunOutcome.Skipped, job.Id), (await StartAsync(run)) is var answer ? (answer.Outcome, answer.JobId) : default);
        Assert.Equal(RunOutcome.Skipped, (await StartAsync(run)).Outcome);
        Assert.Equal(job.Id, await job.ValueAsync<Guid>($"""select job_id as "Value" from coordinator.skipped_run where run_id = {run.RunId}"""));
        Assert.Equal(job.Id, await CurrentAsync(job));
    }

    [Fact]
    public async Task Run_over_a_job_that_is_claimed_and_not_born_yet_is_skipped()
    {
        var job = await bench.ApplyAsync();
        await StartAsync(Run(job));
        Assert.Equal(RunOutcome.Skipped, (await StartAsync(Run(job))).Outcome);
    }

    [Theory]
    [InlineData("Collecting")]
    [InlineData("Completed")]
    [InlineData("Canceled")]
    [InlineData("Discarded")]
    public async Task Run_over_a_job_that_writes_no_more_starts_the_next(string state)
    {
        var job = await (await bench.AcceptAsync()).InAsync(state);
        await job.ClaimAsync();
        var run = Run(job);
        Assert.Equal(RunOutcome.Started, (await StartAsync(run)).Outcome);
        Assert.StartsWith("AcceptJob", Assert.Single(await OwedAsync(run.RunId)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_over_a_job_that_was_paused_while_collecting_starts_the_next()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Collecting");
        await job.ClaimAsync();
        await job.PauseAsync();
        Assert.Equal(RunOutcome.Started, (await StartAsync(Run(job))).Outcome);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task Full_load_is_confirmed_of_the_version_that_was_shown(int? shown, bool isConfirmed)
    {
        var job = await bench.ApplyAsync();
        var run = Run(job) with { ConfirmedFullLoad = true, ConfirmedVersion = shown };
        await StartAsync(run);
        Assert.Equal(isConfirmed, (await new SuccessorBench(bench).AcceptedAsync(run.RunId))!.ConfirmedFullLoad);
    }

    [Fact]
    public async Task Full_load_that_is_confirmed_over_a_failed_job_is_confirmed_of_that_job()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Failed");
        await job.ClaimAsync();
        Assert.Equal(RunOutcome.Resumed, (await StartAsync(Run(job) with { ConfirmedFullLoad = true })).Outcome);
        Assert.Equal("true", await job.OwedAsync("ResumeJob", "confirmedFullLoad"));

        await bench.AskAsync(new Contracts.Jobs.ResumeJob { JobId = job.Id, Actor = "somebody", ConfirmedFullLoad = true });
        Assert.True((await job.RowAsync()).ConfirmedFullLoad);
    }

    [Fact]
    public async Task Run_over_a_failed_job_resumes_it_and_only_where_it_stands()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Failed");
        await job.ClaimAsync();
        var answer = await StartAsync(Run(job));
        Assert.Equal((RunOutcome.Resumed, job.Id), (answer.Outcome, answer.JobId));
        Assert.Equal("ResumeJob", (await job.OwedAsync())[^1]);
        Assert.Equal(await job.EpochAsync(), await job.ValueAsync<int>(
            $"""select (body ->> 'epoch')::int as "Value" from coordinator.obligation where job_id = {job.Id} and message like '%.ResumeJob'"""));
        Assert.Equal(job.Id, await CurrentAsync(job));
    }

    [Fact]
    public async Task Run_over_a_failed_job_of_an_older_version_supersedes_it()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Failed");
        await job.ClaimAsync();
        await bench.ExecuteAsync($"insert into coordinator.pipeline_version select pipeline_id, 2, definition, now(), 'test' from coordinator.pipeline_version where pipeline_id = {job.PipelineId}");
        await bench.ExecuteAsync($"update coordinator.pipeline set version = 2 where pipeline_id = {job.PipelineId}");
        var run = Run(job);
        Assert.Equal(RunOutcome.Started, (await StartAsync(run)).Outcome);
        Assert.Empty(await OwedAsync(run.RunId));
        Assert.Equal(run.RunId, await job.ValueAsync<Guid>(
            $"""select (body -> 'successor' ->> 'jobId')::uuid as "Value" from coordinator.obligation where job_id = {job.Id} and message like '%.SupersedeJob'"""));
        Assert.Equal(run.RunId, await CurrentAsync(job));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(-1, false)]
    public async Task Run_over_a_failed_job_from_before_the_pipeline_was_armed_anew_supersedes_it(int secondsAfter, bool supersedes)
    {
        var job = await (await bench.AcceptAsync()).InAsync("Failed");
        await job.ClaimAsync();
        await bench.ExecuteAsync(
            $"""
             insert into coordinator.armed_destination (pipeline_id, reference, identity, history, rearmed_at)
             select {job.PipelineId}, 'postgres env:ANY', 'postgres:1/a', '00000002', created_at + {secondsAfter} * interval '1 second'
             from coordinator.sync_job where job_id = {job.Id}
             """);
        Assert.Equal(supersedes ? RunOutcome.Started : RunOutcome.Resumed, (await StartAsync(Run(job))).Outcome);
        Assert.Equal(supersedes ? "SupersedeJob" : "ResumeJob", (await job.OwedAsync())[^1]);
    }

    [Fact]
    public async Task Two_runs_at_the_same_moment_start_one_job()
    {
        var job = await bench.ApplyAsync();
        Task<RunAnswered>[] runs;
        await using (await bench.LockAsync($"select from coordinator.pipeline where pipeline_id = '{job.PipelineId}' for update"))
        {
            runs = [StartAsync(Run(job)), StartAsync(Run(job))];
            await bench.WaitingForLocksAsync(2);
        }

        Assert.Equal([RunOutcome.Started, RunOutcome.Skipped], (await Task.WhenAll(runs)).Select(answer => answer.Outcome).Order());
    }

    static StartJob Run(SagaJob job) => new()
    {
        RunId = Guid.NewGuid(),
        Project = job.Definition.Project,
        Pipeline = job.Definition.Name,
        Trigger = TriggerKind.Schedule,
        Actor = "schedule",
    };

    Task<RunAnswered> StartAsync(StartJob run) => bench.AskAsync<StartJob, RunAnswered>(run, SagaBench.Starts);

    static Task<Guid?> CurrentAsync(SagaJob job) =>
        job.ValueAsync<Guid?>($"""select current_job_id as "Value" from coordinator.pipeline where pipeline_id = {job.PipelineId}""");

    Task<List<string>> OwedAsync(Guid job) => bench.ListAsync<string>(
        $"""
         select concat_ws(' ', split_part(message, '.', 4), body ->> 'kind', lane) as "Value"
         from coordinator.obligation where job_id = {job} order by sequence
         """);
}
