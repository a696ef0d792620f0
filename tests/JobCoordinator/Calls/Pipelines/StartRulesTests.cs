using Headgate.Contracts.Starts;
using Headgate.Hosting.Bus;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Pipelines;

/// <summary>How the scheduler comes to know by what runs start.</summary>
[Collection(nameof(PipelineCollection))]
public sealed class StartRulesTests(PipelineBench bench)
{
    readonly BenchProject _project = bench.NewProject();

    [Fact]
    public async Task Applied_schedule_and_triggers_reach_the_scheduler_which_answers()
    {
        var pipeline = await ApplyAsync("schedule: { every: 15m, jitter: 10s }", "triggers: [ { event: BackupCompleted, subject: crm-db } ]");

        await ReachedAsync(pipeline, 1);

        Assert.Equal("00:15:00 crm-db", await KeptAsync(pipeline, "concat(schedule ->> 'every', ' ', triggers -> 0 ->> 'subject')"));
        Assert.Equal("true", await KeptAsync(pipeline, "(next_fire between anchor + interval '15 min' and anchor + interval '15 min 10 s')::text"));
        await Eventually.HoldsAsync(async () => await _project.CountAsync(
            $"coordinator.obligation where pipeline_id = '{pipeline.Id}' and answered_at is not null") == 1);
    }

    [Fact]
    public async Task Change_of_the_schedule_is_told_and_counts_anew_and_any_other_change_is_not()
    {
        var first = await ApplyAsync("schedule: { every: 15m }");
        await ReachedAsync(first, 1);
        var anchor = await KeptAsync(first, "anchor::text");

        await ApplyAsync("schedule: { every: 15m }", "maxFailures: 5");
        Assert.Equal(1, await RevisionAsync());
        await ApplyAsync("schedule: { every: 15m }", "maxFailures: 5", "triggers: [ { event: A } ]");
        await ReachedAsync(first, 2);
        Assert.Equal(anchor, await KeptAsync(first, "anchor::text"));
        await ApplyAsync("schedule: { every: 30m }");
        await ReachedAsync(first, 3);
        Assert.Equal("true", await KeptAsync(first, $"(anchor > '{anchor}' and since = anchor)::text"));
    }

    [Fact]
    public async Task Since_when_a_schedule_counts_and_from_where_is_one_moment()
    {
        // Two readings of a clock are often the same microsecond, and not each time.
        for (var minutes = 15; minutes < 40; minutes++)
        {
            await ApplyAsync($"schedule: {{ every: {minutes}m }}");
            Assert.Equal(1, await _project.CountAsync(
                $"coordinator.pipeline where project = '{_project.Name}' and schedule_since = schedule_anchor"));
        }
    }

    [Fact]
    public async Task Switched_schedule_is_told_and_resumed_one_counts_from_where_it_did()
    {
        var pipeline = await ApplyAsync("schedule: { every: 15m }");
        await ReachedAsync(pipeline, 1);
        var anchor = await KeptAsync(pipeline, "anchor::text");

        await bench.Admin.PauseScheduleAsync(new PauseScheduleRequest { Pipeline = _project.Reference() });
        await ReachedAsync(pipeline, 2);
        Assert.Equal("true", await KeptAsync(pipeline, "(schedule is null and next_fire is null)::text"));
        await bench.Admin.ResumeScheduleAsync(new ResumeScheduleRequest { Pipeline = _project.Reference() });
        await ReachedAsync(pipeline, 3);

        Assert.Equal("true", await KeptAsync(pipeline, $"(anchor = '{anchor}' and since > anchor and next_due = anchor + interval '15 min')::text"));
    }

    [Fact]
    public async Task Deleted_pipeline_is_told_of()
    {
        var pipeline = await ApplyAsync("schedule: { every: 15m }", "triggers: [ { event: A } ]");

        await bench.Admin.DeletePipelineAsync(new DeletePipelineRequest { Pipeline = _project.Reference() });

        await ReachedAsync(pipeline, 2);
        Assert.Equal("true", await KeptAsync(pipeline, "(deleted and schedule is null and next_fire is null and triggers = '[]')::text"));
    }

    [Fact]
    public async Task What_is_only_tried_is_not_told()
    {
        var request = BenchProject.Request($"{_project.Text().TrimEnd()}\n  schedule: {{ every: 15m }}\n");
        request.ValidateOnly = true;

        await bench.Admin.ApplyPipelineAsync(request);

        Assert.Equal(0, await _project.CountAsync($"coordinator.obligation where body ->> 'project' = '{_project.Name}'"));
    }

    [Fact]
    public async Task Change_waits_for_its_answer_as_what_the_broker_may_lose()
    {
        var pipeline = await ApplyAsync("schedule: { every: 15m }");

        Assert.Equal(1, await _project.CountAsync($"coordinator.obligation where pipeline_id = '{pipeline.Id}' and awaits_answer"));
    }

    [Fact]
    public async Task Scheduler_that_asks_is_told_all_page_by_page()
    {
        var (one, other) = (await ApplyAsync("schedule: { every: 15m }"), await _project.ApplyAsync("orders"));
        var found = new List<StartRulesChanged>();
        for (Guid? after = null; ;)
        {
            var page = (await bench.Bus.AskAsync<AskStartRules, StartRulesListed>(Lanes.Upkeep, new AskStartRules { After = after }, TimeSpan.FromSeconds(20), default)).Rules;
            if (page.Count == 0) break;
            found.AddRange(page);
            after = page[^1].PipelineId;
        }

        var mine = found.Where(rule => rule.Project == _project.Name).ToDictionary(rule => rule.PipelineId.ToString());
        Assert.Equal(2, mine.Count);
        Assert.Equal((TimeSpan.FromMinutes(15), null), (mine[one.Id].Schedule?.Every, mine[other.Id].Schedule));
    }

    async Task<Pipeline> ApplyAsync(params string[] keys) => (await bench.Admin.ApplyPipelineAsync(
        BenchProject.Request($"{_project.Text().TrimEnd()}\n{string.Concat(keys.Select(key => $"  {key}\n"))}"))).Results.Single().Pipeline;

    Task ReachedAsync(Pipeline pipeline, int revision) => Eventually.HoldsAsync(async () => await KeptAsync(pipeline, "revision::text") == $"{revision}");

    Task<string?> KeptAsync(Pipeline pipeline, string what) =>
        bench.State.ScalarAsync<string>($"select {what} from scheduler.start_rule where pipeline_id = '{pipeline.Id}'");

    Task<int> RevisionAsync() => bench.State.ScalarAsync<int>($"select start_revision from coordinator.pipeline where project = '{_project.Name}'");
}
