using Headgate.Contracts.Repairs;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Tests.Saga;

namespace Headgate.JobCoordinator.Tests.Runs;

/// <summary>What becomes of a replay or rollback that is asked for, and of runs over one that has failed.</summary>
[Collection(nameof(SagaCollection))]
public sealed class StartRepairTests(SagaBench bench)
{
    readonly SuccessorBench _runs = new(bench);

    [Theory]
    [InlineData("Collecting")]
    [InlineData("Completed")]
    [InlineData("Canceled")]
    [InlineData("Discarded")]
    public async Task Job_that_writes_no_more_is_rolled_back_by_a_job_of_its_own(string state)
    {
        var job = await _runs.ActiveAsync(state);
        var repair = Of(job);

        Assert.Equal((RunOutcome.Started, repair.RunId, JobKind.Rollback), (await StartAsync(repair)) is var answer ? (answer.Outcome, answer.JobId, answer.Kind) : default);
        Assert.Equal(RunOutcome.Started, (await StartAsync(repair)).Outcome);

        Assert.Equal(repair.RunId, await SuccessorBench.CurrentAsync(job));
        var accepted = await _runs.AcceptedAsync(repair.RunId);
        Assert.Equal((JobKind.Rollback, job.Id, "somebody"), (accepted!.Kind, accepted.Repair!.JobId, accepted.Actor));
    }

    [Theory]
    [InlineData(JobKind.Replay, 1, RunOutcome.Refused)]
    [InlineData(JobKind.Replay, 2, RunOutcome.Started)]
    [InlineData(JobKind.Replay, null, RunOutcome.Started)]
    public async Task Replay_goes_by_the_version_that_it_was_checked_against_or_not_at_all(JobKind kind, int? looked, RunOutcome outcome)
    {
        var job = await _runs.ActiveAsync("Completed");
        await bench.ExecuteAsync(
            $"""
             insert into coordinator.pipeline_version
             select pipeline_id, 2, definition, now(), 'test' from coordinator.pipeline_version where pipeline_id = {job.PipelineId}
             """);
        await bench.ExecuteAsync($"update coordinator.pipeline set version = 2 where pipeline_id = {job.PipelineId}");

        var answer = await StartAsync(Of(job, kind) with { PipelineVersion = looked });

        Assert.Equal((outcome, outcome == RunOutcome.Refused ? RunRule.VersionChanged : null), (answer.Outcome, answer.Rule));
        Assert.Equal(outcome == RunOutcome.Refused, await SuccessorBench.CurrentAsync(job) == job.Id);
    }

    [Theory]
    [InlineData(JobKind.Rollback, 1)]
    [InlineData(JobKind.Replay, 2)]
    public async Task Rollback_goes_by_the_jobs_version_and_a_replay_by_the_one_in_force(JobKind kind, int version)
    {
        var job = await _runs.ActiveAsync("Completed");
        await bench.ExecuteAsync(
            $"""
             insert into coordinator.pipeline_version
             select pipeline_id, 2, definition, now(), 'test' from coordinator.pipeline_version where pipeline_id = {job.PipelineId}
             """);
        await bench.ExecuteAsync($"update coordinator.pipeline set version = 2 where pipeline_id = {job.PipelineId}");
        var repair = Of(job, kind);
        Assert.Equal(version, (await StartAsync(repair)).PipelineVersion);
        Assert.Equal(version, (await _runs.AcceptedAsync(repair.RunId))!.PipelineVersion);
    }

    [Theory]
    [InlineData("Processing", RunRule.NotEnded)]
    [InlineData("Paused", RunRule.NotEnded)]
    [InlineData("Failed", RunRule.NotEnded)]
    [InlineData("Initializing", RunRule.NothingRecorded)]
    public async Task Job_that_can_still_write_or_never_has_is_not_repaired(string state, RunRule rule)
    {
        var job = await _runs.ActiveAsync(state);
        Assert.Equal((RunOutcome.Refused, rule, state), (await StartAsync(Of(job))) is var answer ? (answer.Outcome, answer.Rule, answer.JobState) : default);
        Assert.Equal(job.Id, await SuccessorBench.CurrentAsync(job));
    }

    [Fact]
    public async Task Job_whose_log_is_gone_is_not_repaired()
    {
        var job = await _runs.ActiveAsync("Completed");
        await bench.ExecuteAsync($"update coordinator.sync_job set log_purged_at = now() where job_id = {job.Id}");
        Assert.Equal(RunRule.NothingRecorded, (await StartAsync(Of(job))).Rule);
    }

    [Fact]
    public async Task Job_of_another_pipeline_is_not_repaired()
    {
        var (job, other) = (await _runs.ActiveAsync("Completed"), await _runs.ActiveAsync("Completed"));
        Assert.Equal(RunRule.NothingRecorded, (await StartAsync(Of(job) with { Repair = new RepairOf { JobId = other.Id } })).Rule);
    }

    [Fact]
    public async Task Repair_beside_an_active_job_is_refused_and_names_it()
    {
        var job = await _runs.ActiveAsync("Completed");
        var active = await job.FollowAsync();
        await active.ClaimAsync();
        Assert.Equal((RunRule.ActiveJob, active.Id), (await StartAsync(Of(job))) is var answer ? (answer.Rule, answer.JobId) : default);
    }

    [Fact]
    public async Task Repair_over_a_failed_run_takes_its_place()
    {
        var job = await _runs.ActiveAsync("Completed");
        var failed = await (await job.FollowAsync()).InAsync("Failed");
        await failed.ClaimAsync();
        var repair = Of(job);
        Assert.Equal(RunOutcome.Started, (await StartAsync(repair)).Outcome);
        Assert.Equal("SupersedeJob", (await failed.OwedAsync())[^1]);
        Assert.Equal(repair.RunId, await SuccessorBench.CurrentAsync(job));
    }

    [Theory]
    [InlineData(JobKind.Rollback, TriggerKind.Schedule, false)]
    [InlineData(JobKind.Replay, TriggerKind.Event, false)]
    [InlineData(JobKind.Rollback, TriggerKind.Resync, true)]
    public async Task Run_over_a_failed_repair_neither_resumes_nor_ends_it(JobKind kind, TriggerKind trigger, bool resync)
    {
        var repair = await FailedAsync(kind);
        var run = SuccessorBench.Run(repair, resync, OnActiveJob.Refuse) with { Trigger = trigger };

        Assert.Equal(
            (RunOutcome.Refused, RunRule.RepairFailed, repair.Id), (await _runs.StartAsync(run)) is var answer ? (answer.Outcome, answer.Rule, answer.JobId) : default);

        Assert.DoesNotContain(await repair.OwedAsync(), owed => owed is "ResumeJob" or "SupersedeJob");
        Assert.Equal(repair.Id, await SuccessorBench.CurrentAsync(repair));
        if (!resync) Assert.Contains("has failed", await _runs.SkippedAsync(run.RunId), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repair_over_a_failed_repair_is_refused()
    {
        var repair = await FailedAsync(JobKind.Rollback);
        var of = (await repair.RowAsync()).OfJobId!.Value;
        Assert.Equal(RunRule.RepairFailed, (await StartAsync(Of(repair) with { Repair = new RepairOf { JobId = of } })).Rule);
    }

    [Fact]
    public async Task Repair_of_a_pipeline_that_is_not_enabled_is_refused()
    {
        var job = await _runs.ActiveAsync("Completed");
        await _runs.SetAsync(job, "Paused");
        Assert.Equal((RunRule.PipelineTakesNoRuns, "Paused"), (await StartAsync(Of(job))) is var answer ? (answer.Rule, answer.PipelineState) : default);
    }

    async Task<SagaJob> FailedAsync(JobKind kind)
    {
        var job = await _runs.ActiveAsync("Completed");
        var repair = new SagaJob(bench, job.PipelineId, job.Definition);
        await bench.HandleAsync(repair.Acceptance(repair.Id) with { Kind = kind, Repair = new RepairOf { JobId = job.Id } });
        await repair.InAsync("Failed");
        await repair.ClaimAsync();
        return repair;
    }

    static StartRepair Of(SagaJob job, JobKind kind = JobKind.Rollback) => new()
    {
        RunId = Guid.NewGuid(),
        Project = job.Definition.Project,
        Pipeline = job.Definition.Name,
        PipelineId = job.PipelineId,
        Kind = kind,
        Repair = new RepairOf { JobId = job.Id },
        Actor = "somebody",
    };

    Task<RunAnswered> StartAsync(StartRepair repair) => bench.AskAsync<StartRepair, RunAnswered>(repair, SagaBench.Starts);
}
