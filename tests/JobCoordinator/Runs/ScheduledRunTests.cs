using Headgate.Contracts.Runs;
using Headgate.Contracts.Starts;
using Headgate.JobCoordinator.Tests.Saga;
using Headgate.JobCoordinator.Upkeep;

namespace Headgate.JobCoordinator.Tests.Runs;

/// <summary>Runs that nobody asks for: each that is not started has a record that says why.</summary>
[Collection(nameof(SagaCollection))]
public sealed class ScheduledRunTests(SagaBench bench)
{
    static readonly DateTimeOffset Due = new(2126, 3, 1, 17, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(TriggerKind.Schedule)]
    [InlineData(TriggerKind.Event)]
    public async Task Run_of_a_pipeline_that_takes_none_is_recorded(TriggerKind trigger)
    {
        var job = await bench.ApplyAsync();
        await bench.ExecuteAsync($"update coordinator.pipeline set state = 'Paused' where pipeline_id = {job.PipelineId}");
        var run = Run(job, trigger);

        Assert.Equal(RunRule.PipelineTakesNoRuns, (await StartAsync(run)).Rule);
        Assert.Equal($"PipelineTakesNoRuns Pipeline test/{job.Definition.Name} is Paused: enable it first", await RecordAsync(run));
    }

    [Fact]
    public async Task Run_that_somebody_asks_for_is_told_and_not_recorded()
    {
        var job = await bench.ApplyAsync();
        await bench.ExecuteAsync($"update coordinator.pipeline set state = 'Paused' where pipeline_id = {job.PipelineId}");
        var run = Run(job, TriggerKind.SyncNow);

        Assert.Equal(RunOutcome.Refused, (await StartAsync(run)).Outcome);
        Assert.Null(await RecordAsync(run));
    }

    [Fact]
    public async Task Run_that_was_on_its_way_when_the_schedule_was_paused_is_not_started()
    {
        var job = await bench.ApplyAsync();
        await bench.ExecuteAsync($"update coordinator.pipeline set schedule_paused = true where pipeline_id = {job.PipelineId}");
        var run = Run(job);

        Assert.Equal((RunOutcome.Refused, RunRule.ScheduleChanged), (await StartAsync(run)) is var answer ? (answer.Outcome, answer.Rule) : default);
        Assert.Equal($"ScheduleChanged The schedule of test/{job.Definition.Name} is paused", await RecordAsync(run));
        Assert.Equal(RunOutcome.Started, (await StartAsync(Run(job, TriggerKind.Event))).Outcome);
    }

    [Theory]
    [InlineData(0, RunOutcome.Refused)]
    [InlineData(1, RunOutcome.Started)]
    public async Task Run_that_came_due_before_the_schedule_held_is_not_started(int secondsAfter, RunOutcome outcome)
    {
        var job = await bench.ApplyAsync();
        await bench.ExecuteAsync($"update coordinator.pipeline set schedule_since = {Due.AddSeconds(-secondsAfter)} where pipeline_id = {job.PipelineId}");

        Assert.Equal(outcome, (await StartAsync(Run(job))).Outcome);
    }

    [Fact]
    public async Task Run_that_was_skipped_stays_skipped_when_nothing_is_in_its_way_any_more()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.ClaimAsync();
        var run = Run(job);
        Assert.Equal(RunOutcome.Skipped, (await StartAsync(run)).Outcome);
        await bench.ExecuteAsync($"update coordinator.pipeline set current_job_id = null where pipeline_id = {job.PipelineId}");

        var again = await StartAsync(run);

        Assert.Equal((RunOutcome.Skipped, RunRule.ActiveJob, (Guid?)job.Id), (again.Outcome, again.Rule, again.JobId));
        Assert.Equal(Due, await job.ValueAsync<DateTimeOffset>($"""select first_due as "Value" from coordinator.skipped_run where run_id = {run.RunId}"""));
    }

    [Fact]
    public async Task Run_is_known_whatever_has_become_of_it_and_one_that_was_lost_is_not()
    {
        var (idle, busy) = (await bench.ApplyAsync(), await (await bench.AcceptAsync()).InAsync("Processing"));
        var failed = await (await bench.AcceptAsync()).InAsync("Failed");
        foreach (var job in new[] { busy, failed }) await job.ClaimAsync();
        var (claimed, skipped, resumed) = (Run(idle), Run(busy), Run(failed));
        var waiting = Run(busy, TriggerKind.SyncNow) with { OnActiveJob = OnActiveJob.CancelAndStart };
        var outcomes = new List<RunOutcome>();
        foreach (var run in new[] { claimed, skipped, resumed, waiting }) outcomes.Add((await StartAsync(run)).Outcome);
        Assert.Equal([RunOutcome.Started, RunOutcome.Skipped, RunOutcome.Resumed, RunOutcome.Waiting], outcomes);
        // Of a pipeline that has gone on to another job.
        var ended = (await bench.AcceptAsync()).Id;
        Guid[] known = [claimed.RunId, skipped.RunId, resumed.RunId, waiting.RunId, ended];

        var answer = await bench.AskAsync<AskRunsKnown, RunsKnown>(new AskRunsKnown { Runs = [.. known, Guid.NewGuid()] }, SagaBench.Upkeep);

        Assert.Equal(known.Order(), answer.Runs.Order());
    }

    [Fact]
    public async Task Run_of_a_pipeline_that_was_deleted_is_recorded_with_it()
    {
        var job = await bench.ApplyAsync();
        await bench.ExecuteAsync($"update coordinator.pipeline set deleted_at = now() where pipeline_id = {job.PipelineId}");
        var run = Run(job);

        Assert.Equal(RunRule.Missing, (await StartAsync(run)).Rule);
        Assert.Equal($"Missing There is no pipeline test/{job.Definition.Name}", await RecordAsync(run));
    }

    [Theory]
    [InlineData(1, true, "no scheduler looked when it came due; the run of 2126-03-01 17:00:00 UTC makes up for it")]
    [InlineData(3, true, "no scheduler looked when they came due; the run of 2126-03-01 17:00:00 UTC makes up for them")]
    [InlineData(3, false, "no scheduler looked when they came due, and the schedule skips what is missed")]
    public async Task Missed_runs_are_one_record_however_often_they_are_told(int count, bool isMadeUpFor, string reason)
    {
        var job = await bench.ApplyAsync();
        var missed = new RecordMissedRuns
        {
            RecordId = Guid.NewGuid(),
            PipelineId = job.PipelineId,
            Count = count,
            FirstDue = Due.AddHours(-3),
            LastDue = Due.AddHours(-1),
            MadeUpForBy = isMadeUpFor ? Due : null,
        };

        await bench.HandleAsync(missed, lane: SagaBench.Starts);
        await bench.HandleAsync(missed, lane: SagaBench.Starts);

        Assert.Equal($"{count} 02:00:00 {reason}", await job.ValueAsync<string>(
            $"""
             select concat_ws(' ', runs, last_due - first_due, reason) as "Value" from coordinator.skipped_run where pipeline_id = {job.PipelineId}
             """));
    }

    [Fact]
    public async Task Old_records_are_removed_and_others_stay()
    {
        var job = await bench.ApplyAsync();
        await bench.ExecuteAsync(
            $"""
             insert into coordinator.skipped_run (run_id, pipeline_id, trigger, actor, reason, at)
             select gen_random_uuid(), {job.PipelineId}, 'Schedule', 'headgate', d || ' days', now() - d * interval '1 day' from unnest(array[89, 91, 400]) d
             """);

        await using (await bench.RunAsync<SkippedRunsUpkeep>())
            await bench.EventuallyAsync(async () => await job.ValueAsync<string>(
                $"""select string_agg(reason, ', ') as "Value" from coordinator.skipped_run where pipeline_id = {job.PipelineId}""") == "89 days");
    }

    [Fact]
    public async Task Records_of_an_hour_that_say_the_same_are_one_after_a_day()
    {
        var job = await bench.ApplyAsync();
        await bench.ExecuteAsync(
            $"""
             insert into coordinator.skipped_run (run_id, pipeline_id, trigger, actor, rule, reason, at, first_due, last_due)
             select gen_random_uuid(), {job.PipelineId}, 'Schedule', 'headgate', 'PipelineTakesNoRuns', reason, due, due, due
             from (select date_trunc('hour', now()) - interval '30 h' + n * interval '1 min' due, case when n < 10 then 'early' else 'late' end reason
                   from generate_series(0, 29) n
                   union all select now() - n * interval '1 min', 'today' from generate_series(0, 1) n) runs
             """);

        await using (await bench.RunAsync<SkippedRunsUpkeep>())
            await bench.EventuallyAsync(async () => await job.ValueAsync<string>(
                $"""
                 select string_agg(concat_ws(' ', reason, runs, last_due - first_due), ', ' order by last_due) as "Value"
                 from coordinator.skipped_run where pipeline_id = {job.PipelineId}
                 """) == "early 10 00:09:00, late 20 00:19:00, today 1 00:00:00, today 1 00:00:00");
    }

    static StartJob Run(SagaJob job, TriggerKind trigger = TriggerKind.Schedule) => new()
    {
        RunId = Guid.NewGuid(),
        Project = job.Definition.Project,
        Pipeline = job.Definition.Name,
        PipelineId = job.PipelineId,
        Trigger = trigger,
        TriggerDetail = "due 2126-03-01T17:00:00Z",
        Due = trigger == TriggerKind.Schedule ? Due : null,
        Actor = "headgate",
    };

    Task<RunAnswered> StartAsync(StartJob run) => bench.AskAsync<StartJob, RunAnswered>(run, SagaBench.Starts);

    async Task<string?> RecordAsync(StartJob run) => (await bench.ListAsync<string>(
        $"""select concat_ws(' ', rule, reason) as "Value" from coordinator.skipped_run where run_id = {run.RunId}""")).SingleOrDefault();
}
