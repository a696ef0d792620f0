using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Tests.Saga;
using Headgate.JobCoordinator.Upkeep;

namespace Headgate.JobCoordinator.Tests.Runs;

/// <summary>Runs of a schedule that come long after they were due.</summary>
[Collection(nameof(SagaCollection))]
public sealed class LateRunTests(SagaBench bench)
{
    static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task Run_that_comes_later_than_its_schedule_allows_is_recorded_and_not_started()
    {
        var job = await ApplyAsync();
        var run = Run(job, Now.AddHours(-12)) with { StartBy = Now.AddHours(-12).AddMinutes(4) };

        Assert.Equal(RunRule.TooLate, (await StartAsync(run)).Rule);
        Assert.Equal(
            $"TooLate The run of test/{job.Definition.Name} came later than {run.StartBy:yyyy-MM-dd HH:mm:ss} UTC, and the schedule skips what is missed",
            (await bench.ListAsync<string>(
                $"""select concat_ws(' ', rule, reason) as "Value" from coordinator.skipped_run where run_id = {run.RunId}""")).Single());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_that_comes_in_time_or_may_come_late_starts(bool mayComeLate)
    {
        var run = Run(await ApplyAsync(), Now.AddHours(-12)) with { StartBy = mayComeLate ? null : Now.AddHours(1) };

        Assert.Equal(RunOutcome.Started, (await StartAsync(run)).Outcome);
    }

    [Fact]
    public async Task Run_that_has_started_has_so_also_when_it_is_sent_again_too_late()
    {
        var run = Run(await ApplyAsync(), Now.AddHours(-1));
        await StartAsync(run);

        Assert.Equal(RunOutcome.Started, (await StartAsync(run with { StartBy = Now.AddMinutes(-1) })).Outcome);
    }

    [Fact]
    public async Task Run_that_was_skipped_stays_so_after_its_record_has_become_one_with_others()
    {
        var job = await ApplyAsync();
        await bench.ExecuteAsync($"update coordinator.pipeline set state = 'Paused' where pipeline_id = {job.PipelineId}");
        var hour = new DateTimeOffset(Now.Date, TimeSpan.Zero).AddHours(-30);
        var (run, last) = (Run(job, hour.AddMinutes(1)), Run(job, hour.AddMinutes(30)));
        foreach (var each in new[] { run, last }) Assert.Equal(RunRule.PipelineTakesNoRuns, (await StartAsync(each)).Rule);
        await bench.ExecuteAsync($"update coordinator.skipped_run set at = last_due where pipeline_id = {job.PipelineId}");
        await using (await bench.RunAsync<SkippedRunsUpkeep>())
            await bench.EventuallyAsync(async () => await job.ValueAsync<int>(
                $"""select coalesce(sum(runs), 0)::int * 10 + count(*)::int as "Value" from coordinator.skipped_run where pipeline_id = {job.PipelineId}""") == 21);
        await bench.ExecuteAsync($"update coordinator.pipeline set state = 'Enabled' where pipeline_id = {job.PipelineId}");

        // As the scheduler sends them that was away before it asked what had become of them.
        foreach (var each in new[] { run, last }) Assert.Equal(RunRule.PipelineTakesNoRuns, (await StartAsync(each)).Rule);
        // One that nobody has heard of is none of them.
        Assert.Equal(RunOutcome.Started, (await StartAsync(Run(job, hour.AddMinutes(31)))).Outcome);
    }

    async Task<SagaJob> ApplyAsync()
    {
        var job = await bench.ApplyAsync();
        await bench.ExecuteAsync($"update coordinator.pipeline set schedule_since = {Now.AddDays(-7)} where pipeline_id = {job.PipelineId}");
        return job;
    }

    static StartJob Run(SagaJob job, DateTimeOffset due) => new()
    {
        RunId = Guid.NewGuid(),
        Project = job.Definition.Project,
        Pipeline = job.Definition.Name,
        PipelineId = job.PipelineId,
        Trigger = TriggerKind.Schedule,
        Due = due,
        Actor = "headgate",
    };

    Task<RunAnswered> StartAsync(StartJob run) => bench.AskAsync<StartJob, RunAnswered>(run, SagaBench.Starts);
}
