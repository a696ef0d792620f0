using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Pipelines;

/// <summary>PauseSchedule and ResumeSchedule, and what is told of a schedule.</summary>
[Collection(nameof(PipelineCollection))]
public sealed class ScheduleSwitchTests(PipelineBench bench)
{
    readonly BenchProject _project = bench.NewProject();

    [Fact]
    public async Task Schedule_shows_when_its_next_run_is_due()
    {
        var pipeline = await ApplyAsync("{ cron: '0 17 * * *', timezone: Europe/Berlin }");

        Assert.Equal(("0 17 * * *", "Europe/Berlin", false), (pipeline.Schedule.Expression, pipeline.Schedule.Timezone, pipeline.Schedule.Paused));
        var local = TimeZoneInfo.ConvertTime(pipeline.Schedule.NextRun.ToDateTimeOffset(), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        Assert.Equal(new TimeOnly(17, 0), TimeOnly.FromTimeSpan(local.TimeOfDay));
        Assert.Equal(pipeline.Schedule.NextRun, (await bench.Admin.ListPipelinesAsync(new ListPipelinesRequest { Project = _project.Name })).Pipelines.Single().Schedule.NextRun);
    }

    [Fact]
    public async Task Paused_schedule_has_no_next_run_says_who_and_why_and_touches_nothing_else()
    {
        await ApplyAsync("{ cron: '0 17 * * *' }");
        var job = await _project.StartAsync();

        var answer = await PauseAsync("wrong mapping");

        Assert.Equal((CommandOutcome.Accepted, PipelineState.Enabled), (answer.Outcome, answer.Pipeline.State));
        Assert.Matches(@"starts no run by its schedule any more; the one of \d{4}-\d\d-\d\d 17:00:00 UTC does not come due; job .* is not touched\.$", answer.Sentence);
        var schedule = answer.Pipeline.Schedule;
        Assert.Equal((true, "bench", "wrong mapping"), (schedule.Paused, schedule.SwitchedBy, schedule.SwitchReason));
        Assert.NotNull(schedule.Switched);
        Assert.Null(schedule.NextRun);
        Assert.Equal("Pending", await _project.StateAsync(job));
    }

    [Fact]
    public async Task Resumed_schedule_says_when_its_next_run_is_due_and_not_what_was_missed()
    {
        await ApplyAsync("{ cron: '0 17 * * *' }");
        await PauseAsync();

        var answer = await ResumeAsync();

        Assert.Equal((CommandOutcome.Accepted, false), (answer.Outcome, answer.Pipeline.Schedule.Paused));
        Assert.Matches(@"none of those that came due meanwhile; the next run comes due at \d{4}-\d\d-\d\d 17:00:00 UTC\.$", answer.Sentence);
        Assert.NotNull(answer.Pipeline.Schedule.NextRun);
    }

    [Fact]
    public async Task Switch_that_stands_so_already_is_not_moved()
    {
        await ApplyAsync("{ every: 15m }");

        Assert.Equal(CommandOutcome.AlreadySo, (await ResumeAsync()).Outcome);
        await PauseAsync("first");
        var again = await PauseAsync("second");

        Assert.Equal((CommandOutcome.AlreadySo, "first"), (again.Outcome, again.Pipeline.Schedule.SwitchReason));
    }

    [Fact]
    public async Task Applying_a_file_leaves_the_switch_where_it_is()
    {
        await ApplyAsync("{ every: 15m }");
        await PauseAsync();

        var pipeline = await ApplyAsync("{ every: 30m }");

        Assert.Equal(("every 30m", true), (pipeline.Schedule.Expression, pipeline.Schedule.Paused));
        Assert.Null(pipeline.Schedule.NextRun);
    }

    [Fact]
    public async Task Schedule_of_a_pipeline_without_one_can_be_off_for_a_later_one()
    {
        await _project.ApplyAsync();
        await PauseAsync();

        Assert.True((await ApplyAsync("{ every: 15m }")).Schedule.Paused);
    }

    [Fact]
    public async Task Pipeline_that_takes_no_runs_has_no_next_one()
    {
        await ApplyAsync("{ every: 15m }");

        var paused = await bench.Admin.PausePipelineAsync(new PausePipelineRequest { Pipeline = _project.Reference() });
        var enabled = await bench.Admin.EnablePipelineAsync(new EnablePipelineRequest { Pipeline = _project.Reference() });

        Assert.Equal((false, null), (paused.Pipeline.Schedule.Paused, paused.Pipeline.Schedule.NextRun));
        Assert.NotNull(enabled.Pipeline.Schedule.NextRun);
        Assert.Matches("beginning with the one that comes due at .* UTC;", enabled.Sentence);
    }

    [Fact]
    public async Task Canceled_job_says_when_the_next_run_is_due_and_pauses_the_schedule_where_it_is_to()
    {
        await ApplyAsync("{ cron: '0 17 * * *' }");
        var first = await CancelAsync(await _project.StartAsync(), pauseSchedule: false);
        Assert.Matches(@"; the next run comes due at \d{4}-\d\d-\d\d 17:00:00 UTC\.$", first.Sentence);

        var second = await CancelAsync(await _project.StartAsync(), pauseSchedule: true);

        Assert.EndsWith("; no run comes due by itself, as the schedule is paused.", second.Sentence, StringComparison.Ordinal);
        Assert.Equal((true, "bench", "wrong mapping"), await ScheduleAsync());
    }

    [Fact]
    public async Task Refused_cancel_does_not_pause_the_schedule()
    {
        await ApplyAsync("{ every: 15m }");
        var job = await _project.StartAsync();
        await _project.MoveAsync(job, "Processing");

        await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => CancelAsync(job, pauseSchedule: true));

        Assert.False((await ScheduleAsync()).Paused);
    }

    [Fact]
    public async Task Cancel_of_many_jobs_pauses_their_schedules()
    {
        await ApplyAsync("{ every: 15m }");
        var job = await _project.StartAsync();

        var answer = await bench.Jobs.OperateJobsAsync(new OperateJobsRequest
        {
            Selection = new OperateJobsRequest.Types.Selection { Ids = { job.ToString() } },
            Cancel = new OperateJobsRequest.Types.Cancel { PauseSchedule = true },
            Reason = "wrong mapping",
        });

        Assert.EndsWith("; no run comes due by itself, as the schedule is paused.", answer.Results.Single().Sentence, StringComparison.Ordinal);
        Assert.True((await ScheduleAsync()).Paused);
    }

    async Task<(bool Paused, string By, string Why)> ScheduleAsync()
    {
        var schedule = (await bench.Admin.GetPipelineAsync(new GetPipelineRequest { Pipeline = _project.Reference() })).Pipeline.Schedule;
        return (schedule.Paused, schedule.SwitchedBy, schedule.SwitchReason);
    }

    async Task<Pipeline> ApplyAsync(string schedule) => (await bench.Admin.ApplyPipelineAsync(
        BenchProject.Request($"{_project.Text().TrimEnd()}\n  schedule: {schedule}\n"))).Results.Single().Pipeline;

    async Task<PauseScheduleResponse> PauseAsync(string reason = "") =>
        await bench.Admin.PauseScheduleAsync(new PauseScheduleRequest { Pipeline = _project.Reference(), Reason = reason });

    async Task<ResumeScheduleResponse> ResumeAsync() => await bench.Admin.ResumeScheduleAsync(new ResumeScheduleRequest { Pipeline = _project.Reference() });

    async Task<CancelJobResponse> CancelAsync(Guid job, bool pauseSchedule) => await bench.Jobs.CancelJobAsync(
        new CancelJobRequest { Job = new JobReference { Id = job.ToString() }, PauseSchedule = pauseSchedule, Reason = "wrong mapping" });
}
