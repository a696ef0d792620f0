using Headgate.Contracts.Extraction;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Runs;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Tests.Runs;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>A resync: its pipeline takes no other run from the claim to the end, everything is read, and each step is told.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenResyncing(SagaBench bench)
{
    readonly SuccessorBench _runs = new(bench);

    [Fact]
    public async Task Pipeline_is_resyncing_at_once_and_the_job_reads_everything_whatever_its_offsets()
    {
        var first = await CompletedAsync();
        var run = SuccessorBench.Run(first, resync: true) with { DropAndLoad = true };

        var answer = await _runs.StartAsync(run);

        Assert.Equal((RunOutcome.Started, JobKind.Resync), (answer.Outcome, answer.Kind));
        Assert.Equal("Resyncing", await SuccessorBench.PipelineAsync(first));
        var accepted = await _runs.AcceptedAsync(run.RunId);
        Assert.Equal((JobKind.Resync, true, null), (accepted!.Kind, accepted.DropAndLoad, accepted.PredecessorId));
        await bench.HandleAsync(accepted);
        await bench.HandleAsync(new BeginJob { JobId = run.RunId });
        var prepare = bench.Record.Sent.OfType<PrepareJob>().Last(message => message.JobId == run.RunId);
        Assert.Equal((JobKind.Resync, true), (prepare.Kind, prepare.DropAndLoad));
        Assert.Null(Assert.Single(prepare.Objects).Offset);
    }

    [Theory]
    [InlineData("Paused")]
    [InlineData("Failed")]
    [InlineData("Resyncing")]
    public async Task Pipeline_that_is_not_enabled_is_not_resynced(string state)
    {
        var job = await bench.ApplyAsync();
        await _runs.SetAsync(job, state);
        Assert.Equal(RunRule.PipelineTakesNoRuns, (await _runs.StartAsync(SuccessorBench.Run(job, resync: true))).Rule);
        Assert.Equal(state, await SuccessorBench.PipelineAsync(job));
    }

    [Fact]
    public async Task Run_that_comes_due_meanwhile_is_not_started()
    {
        var job = await ResyncAsync();
        var due = await _runs.StartAsync(SuccessorBench.Run(job, onActive: OnActiveJob.Refuse));
        Assert.Equal((RunRule.PipelineTakesNoRuns, "Resyncing"), (due.Rule, due.PipelineState));
        Assert.Equal(RunRule.PipelineTakesNoRuns, (await _runs.StartAsync(SuccessorBench.Run(job))).Rule);
    }

    [Fact]
    public async Task Active_job_is_canceled_first_and_the_pipeline_resyncing_meanwhile()
    {
        var job = await _runs.ActiveAsync("Processing");
        var run = SuccessorBench.Run(job, resync: true);

        Assert.Equal(RunOutcome.Waiting, (await _runs.StartAsync(run)).Outcome);

        Assert.Equal("Resyncing", await SuccessorBench.PipelineAsync(job));
        Assert.Equal("the pipeline is resynced: wrong mapping", (await _runs.OwedCancelAsync(job)).Reason);
        await _runs.CancelOwedAsync(job);
        Assert.Equal((JobKind.Resync, job.Id), (await _runs.AcceptedAsync(run.RunId)) is { } accepted ? (accepted.Kind, accepted.PredecessorId) : default);
        Assert.Equal("Resyncing", await SuccessorBench.PipelineAsync(job));
        await bench.HandleAsync((await _runs.AcceptedAsync(run.RunId))!);
        Assert.Equal($"Done Job {job.Id} is Canceled.", (await TasksAsync(run.RunId))[0]);
    }

    [Fact]
    public async Task Failed_job_is_discarded_for_it_also_where_a_run_would_resume_it()
    {
        var job = await _runs.ActiveAsync("Failed");
        var run = SuccessorBench.Run(job, resync: true);
        Assert.Equal(RunOutcome.Started, (await _runs.StartAsync(run)).Outcome);
        Assert.Equal(run.RunId.ToString(), (await job.ValueAsync<string>(
            $"""select body -> 'successor' ->> 'jobId' as "Value" from coordinator.obligation where job_id = {job.Id} and message like '%.SupersedeJob'""")));
    }

    [Fact]
    public async Task Failed_job_that_was_resumed_meanwhile_keeps_the_pipeline_which_is_enabled_again()
    {
        var job = await _runs.ActiveAsync("Failed");
        var run = SuccessorBench.Run(job, resync: true);
        await _runs.StartAsync(run);
        await job.ResumeAsync();

        await bench.HandleAsync(new SupersedeJob { JobId = job.Id, Successor = job.Acceptance(run.RunId) with { Kind = JobKind.Resync } });

        Assert.Equal(("Enabled", job.Id), (await SuccessorBench.PipelineAsync(job), await SuccessorBench.CurrentAsync(job)));
        Assert.Equal("the failed job was resumed", await _runs.SkippedAsync(run.RunId));
    }

    [Fact]
    public async Task Failed_resync_that_was_resumed_before_a_second_one_took_its_place_keeps_the_pipeline_resyncing()
    {
        var job = await (await ResyncAsync()).InAsync("Failed");
        await _runs.SetAsync(job, "Enabled");
        var run = SuccessorBench.Run(job, resync: true);
        await _runs.StartAsync(run);
        await job.ResumeAsync();

        await bench.HandleAsync(new SupersedeJob { JobId = job.Id, Successor = job.Acceptance(run.RunId) with { Kind = JobKind.Resync } });

        Assert.Equal(("Resyncing", job.Id), (await SuccessorBench.PipelineAsync(job), await SuccessorBench.CurrentAsync(job)));
    }

    [Theory]
    [InlineData("Completed", "Enabled")]
    [InlineData("Failed", "Failed")]
    [InlineData("Canceled", "Failed")]
    [InlineData("Discarded", "Failed")]
    [InlineData("Paused", "Resyncing")]
    [InlineData("Collecting", "Resyncing")]
    public async Task Pipeline_stands_as_the_launched_resync_has_ended(string state, string pipeline)
    {
        var job = await ResyncAsync();
        await job.InAsync(state);
        Assert.Equal(pipeline, await SuccessorBench.PipelineAsync(job));
    }

    [Theory]
    [InlineData("Pending")]
    [InlineData("Initializing")]
    public async Task Pipeline_is_enabled_again_where_the_resync_was_canceled_before_launch(string state)
    {
        var job = await (await ResyncAsync()).InAsync(state);
        await job.CancelAsync();
        if (state != "Pending") await job.ConfirmStopAsync();
        Assert.Equal(("Canceled", "Enabled"), ((await job.RowAsync()).CurrentState, await SuccessorBench.PipelineAsync(job)));
    }

    [Fact]
    public async Task Failed_resync_that_goes_on_or_begins_anew_puts_the_pipeline_to_resyncing_again()
    {
        var job = await (await ResyncAsync()).InAsync("Failed");
        await job.ResumeAsync();
        Assert.Equal("Resyncing", await SuccessorBench.PipelineAsync(job));
        await job.BreakAsync(JobStep.Load, retryable: false);
        await job.ConfirmStopAsync();
        Assert.Equal("Failed", await SuccessorBench.PipelineAsync(job));
        await job.RestartAsync();
        Assert.Equal("Resyncing", await SuccessorBench.PipelineAsync(job));
        Assert.Null(job.Sent<PrepareJob>()[^1].Objects.Single().Offset);
    }

    [Fact]
    public async Task Run_over_a_failed_resync_of_an_enabled_pipeline_has_it_go_on()
    {
        var job = await (await ResyncAsync()).InAsync("Failed");
        await _runs.SetAsync(job, "Enabled");
        Assert.Equal(RunOutcome.Resumed, (await _runs.StartAsync(SuccessorBench.Run(job, onActive: OnActiveJob.Refuse))).Outcome);
    }

    [Fact]
    public async Task Pipeline_that_was_paused_meanwhile_stays_so()
    {
        var job = await (await ResyncAsync()).InAsync("Failed");
        await _runs.SetAsync(job, "Paused");
        await job.RestartAsync();
        await job.LaunchAsync();
        await job.LoadAllAsync();
        await job.VerifyAsync();
        Assert.Equal(("Completed", "Paused"), ((await job.RowAsync()).CurrentState, await SuccessorBench.PipelineAsync(job)));
    }

    [Theory]
    [InlineData("Completed", true)]
    [InlineData("Canceled", false)]
    public async Task Offset_is_the_resyncs_own_once_it_is_complete_and_stands_until_then(string state, bool moves)
    {
        var first = await CompletedAsync();
        var job = await ResyncAsync(first);
        await job.InAsync(state);
        Assert.Equal(moves ? job.Id : first.Id, await job.ValueAsync<Guid>(
            $"""select job_id as "Value" from coordinator.object_offset where pipeline_id = {job.PipelineId}"""));
    }

    [Fact]
    public async Task Steps_follow_the_job()
    {
        var job = await ResyncAsync();
        Assert.Equal("Skipped No job was active.", (await TasksAsync(job.Id))[0]);
        Assert.Null(await RunningAsync(job));
        await job.BeginAsync();
        Assert.Equal("RefreshSourceSchema", await RunningAsync(job));
        await job.PrepareAsync();
        Assert.Equal("ReadRecords", await RunningAsync(job));
        await job.ExtractAsync(0);
        await job.ExtractAsync(1);
        Assert.Equal("ChangeDestination", await RunningAsync(job));
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        Assert.Equal("LoadRecords", await RunningAsync(job));
        await job.LoadAllAsync();
        Assert.Equal("VerifyRecords", await RunningAsync(job));
        await job.VerifyAsync();
        Assert.Equal(
            ["Skipped", "Done", "Done", "Done", "Done", "Done", "Done", "Done", "Skipped", "Skipped", "Done", "Done"], await StatesAsync(job));
        Assert.Equal(0, await job.ValueAsync<long>(
            $"""select count(*) as "Value" from coordinator.job_task where job_id = {job.Id} and state = 'Done' and (started_at is null or finished_at is null)"""));
    }

    [Fact]
    public async Task Step_in_which_the_job_has_failed_says_why_and_goes_on_with_it()
    {
        var job = await (await ResyncAsync()).InAsync("Failed");
        Assert.Equal("Failed Object public.a: it broke.", (await TasksAsync(job.Id))[7]);
        await job.ResumeAsync();
        Assert.Equal("ChangeDestination", await RunningAsync(job));
        Assert.Equal("Waiting ", (await TasksAsync(job.Id))[7]);
    }

    [Fact]
    public async Task Steps_of_a_job_that_was_canceled_are_told_as_far_as_it_came()
    {
        var job = await (await ResyncAsync()).InAsync("Canceled");
        Assert.Equal(
            ["Skipped", "Done", "Done", "Done", "Done", "Done", "Done", "Failed", "Skipped", "Skipped", "Skipped", "Skipped"], await StatesAsync(job));
        Assert.Equal("Failed The job is Canceled.", (await TasksAsync(job.Id))[7]);
    }

    [Fact]
    public async Task Steps_of_a_paused_job_wait_and_a_new_attempt_has_its_own()
    {
        var job = await (await ResyncAsync()).InAsync("Paused");
        Assert.Null(await RunningAsync(job));
        Assert.Equal("Waiting The job is Paused.", (await TasksAsync(job.Id))[7]);
        await job.RestartAsync();
        Assert.Equal("RefreshSourceSchema", await RunningAsync(job));
        Assert.Equal(12, await job.ValueAsync<long>($"""select count(*) as "Value" from coordinator.job_task where job_id = {job.Id} and attempt = 2"""));
    }

    [Fact]
    public async Task Other_jobs_have_no_steps()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Completed");
        Assert.Empty(await TasksAsync(job.Id));
    }

    async Task<SagaJob> CompletedAsync()
    {
        var first = await (await bench.AcceptAsync()).InAsync("Completed");
        await first.ClaimAsync();
        return first;
    }

    /// <summary>A resync that was just accepted.</summary>
    async Task<SagaJob> ResyncAsync(SagaJob? after = null)
    {
        var job = after is null ? await bench.ApplyAsync() : new SagaJob(bench, after.PipelineId, after.Definition);
        await _runs.SetAsync(job, "Resyncing");
        await job.ClaimAsync();
        await bench.HandleAsync(job.Acceptance(job.Id) with { Kind = JobKind.Resync, Trigger = TriggerKind.Resync });
        return job;
    }

    Task<List<string>> TasksAsync(Guid job) => bench.ListAsync<string>(
        $"""
         select t.state || ' ' || coalesce(t.detail, '') as "Value" from coordinator.job_task t
         join coordinator.sync_job j on j.job_id = t.job_id and j.attempt = t.attempt where t.job_id = {job} order by t.no
         """);

    async Task<IEnumerable<string>> StatesAsync(SagaJob job) => (await TasksAsync(job.Id)).Select(task => task.Split(' ')[0]);

    async Task<string?> RunningAsync(SagaJob job) => (await bench.ListAsync<string>(
        $"""
         select t.task as "Value" from coordinator.job_task t
         join coordinator.sync_job j on j.job_id = t.job_id and j.attempt = t.attempt where t.job_id = {job.Id} and t.state = 'Running'
         """)).SingleOrDefault();
}
