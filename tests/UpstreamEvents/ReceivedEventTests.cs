using System.Text.Json;
using Headgate.Contracts.Events;
using Headgate.Contracts.Runs;
using Headgate.Scheduler.Events.Listing;
using Headgate.Scheduler.State;
using Headgate.UpstreamEvents.Tests.Running;

namespace Headgate.UpstreamEvents.Tests;

/// <summary>What becomes of events that are received. Each test has types of its own.</summary>
public sealed class ReceivedEventTests(EventBench bench) : IClassFixture<EventBench>
{
    readonly string _type = $"T{Guid.NewGuid():N}";
    readonly string _id = $"{Guid.NewGuid()}";

    [Fact]
    public async Task Event_asks_for_one_run_of_each_pipeline_with_a_trigger_for_it()
    {
        var exact = await bench.BindAsync((_type, "crm-db"));
        var wild = await bench.BindAsync(("Nothing", null), (_type[..20] + "*", "crm-*"), (_type, null));
        await bench.BindAsync((_type, "erp-db"), ("Other", null));
        await bench.Publisher.EventAsync(_type, "crm-db", _id);
        await bench.RunsAsync(_id, "outcome = 'Started'");
        var asked = bench.Coordinator.Asked(_id);
        Assert.Equal(new HashSet<Guid?> { exact, wild }, asked.Select(run => run.PipelineId).ToHashSet());
        Assert.Equal(2, asked.Count);
        var run = asked.Single(run => run.PipelineId == exact);
        var id = await bench.State.ScalarAsync<Guid>($"select run_id from scheduler.event_run where pipeline_id = '{exact}'");
        Assert.Equal(
            (id, "crm", $"p{exact}", TriggerKind.Event, $"{_type} crm-db {_id}", "headgate"),
            (run.RunId, run.Project, run.Pipeline, run.Trigger, run.TriggerDetail, run.Actor));
    }

    [Fact]
    public async Task Event_that_comes_again_is_counted_and_asks_for_nothing()
    {
        await bench.BindAsync((_type, null));
        for (var time = 0; time < 3; time++) await bench.Publisher.EventAsync(_type, "s", _id);
        await bench.EventAsync(_id, "repeats = 2");
        await bench.RunsAsync(_id, "answered_at is not null and tries = 1");
        Assert.Single(bench.Coordinator.Asked(_id));
    }

    [Fact]
    public async Task Other_event_of_the_same_id_is_dropped_and_told_of()
    {
        await bench.BindAsync((_type, null));
        await bench.Publisher.EventAsync(_type, "one", _id);
        await bench.EventAsync(_id, "repeats = 0");
        await bench.Publisher.EventAsync(_type, "other", _id);
        await bench.EventAsync(_id, "repeats = 1 and subject = 'one'");
        await Installation.EventuallyAsync(
            () => Task.FromResult(bench.Scheduler.Output.Contains($"An event of id {_id} came that is another one", StringComparison.Ordinal)),
            () => Task.FromResult(bench.Scheduler.Output));
        Assert.Single(await bench.Coordinator.AskedAsync(_id));
    }

    [Fact]
    public async Task Event_that_no_pipeline_has_a_trigger_for_is_kept()
    {
        await bench.Publisher.EventAsync(_type, null, _id);
        await bench.EventAsync(_id, $"type = '{_type}' and subject is null and occurred_at = '2026-03-01T16:51:00Z'");
        Assert.Equal(0, await bench.State.ScalarAsync<long>(
            $"select count(*) from scheduler.event_run join scheduler.upstream_event using (event_no) where event_id = '{_id}'"));
    }

    [Fact]
    public async Task Triggers_are_those_that_hold_when_the_event_comes()
    {
        var pipeline = await bench.BindAsync((_type, null));
        await bench.State.ExecuteAsync(
            $$"""update scheduler.start_rule set revision = 2, triggers = '[{"event": "Other"}]', deleted = false where pipeline_id = '{{pipeline}}'""");
        var gone = await bench.BindAsync((_type, null));
        await bench.State.ExecuteAsync($"update scheduler.start_rule set revision = 2, deleted = true where pipeline_id = '{gone}'");
        var bound = await bench.BindAsync((_type, null));
        await bench.Publisher.EventAsync(_type, "s", _id);
        Assert.Equal(bound, Assert.Single(await bench.Coordinator.AskedAsync(_id)).PipelineId);
        await bench.RunsAsync(_id, "answered_at is not null");
    }

    [Fact]
    public async Task Envelope_of_MassTransit_is_an_event_too()
    {
        await bench.BindAsync((_type, "s"));
        var envelope = new
        {
            messageId = Guid.NewGuid(),
            messageType = new[] { "urn:message:Headgate.Contracts.Events:UpstreamEvent" },
            message = new { type = _type, subject = "s", id = _id, time = "2026-03-01T16:51:00+00:00" },
        };
        await bench.Publisher.BodyAsync(JsonSerializer.Serialize(envelope), "application/vnd.masstransit+json");
        Assert.Single(await bench.Coordinator.AskedAsync(_id));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("text/plain")]
    public async Task Event_that_is_not_said_to_be_JSON_is_read_as_JSON(string? contentType)
    {
        await bench.BindAsync((_type, "s"));
        await bench.Publisher.BodyAsync($$"""{"type":"{{_type}}","subject":"s","id":"{{_id}}","time":"2026-03-01T16:51:00Z"}""", contentType);
        Assert.Single(await bench.Coordinator.AskedAsync(_id));
    }

    [Fact]
    public async Task What_became_of_a_run_is_written_down()
    {
        await bench.BindAsync((_type, null));
        var inTheWay = Guid.NewGuid();
        var answer = bench.Coordinator.Answer;
        bench.Coordinator.Answer = run => run.TriggerDetail!.Contains(_id, StringComparison.Ordinal)
            ? new RunAnswered { RunId = run.RunId, Outcome = RunOutcome.Skipped, Rule = RunRule.ActiveJob, JobId = inTheWay, Sentence = "Skipped." }
            : answer(run);
        await bench.Publisher.EventAsync(_type, "s", _id);
        await bench.RunsAsync(_id, $"outcome = 'Skipped' and job_id = '{inTheWay}' and sentence = 'Skipped.'");
    }

    [Fact]
    public async Task Run_that_is_not_answered_is_asked_for_again()
    {
        await bench.BindAsync((_type, null));
        var answer = bench.Coordinator.Answer;
        bench.Coordinator.Answer = run => run.TriggerDetail!.Contains(_id, StringComparison.Ordinal) && bench.Coordinator.Asked(_id).Count == 1 ? null : answer(run);
        await bench.Publisher.EventAsync(_type, "s", _id);
        await bench.RunsAsync(_id, "tries = 1");
        await bench.State.ExecuteAsync(
            $"update scheduler.event_run r set not_before = now() from scheduler.upstream_event e where e.event_no = r.event_no and event_id = '{_id}'");
        await bench.RunsAsync(_id, "outcome = 'Started' and tries = 2");
        Assert.Single((await bench.Coordinator.AskedAsync(_id, 2)).Select(run => run.RunId).Distinct());
    }

    [Fact]
    public async Task List_has_the_first_hundred_runs_of_an_event_and_how_many_there_are()
    {
        await bench.State.ExecuteAsync(
            $"""
             with event as (
                 insert into scheduler.upstream_event (event_id, type, occurred_at, received_at) values ('{_id}', '{_type}', now(), now()) returning event_no)
             insert into scheduler.event_run (run_id, event_no, pipeline_id, project, pipeline, not_before)
             select gen_random_uuid(), event_no, gen_random_uuid(), 'many', 'p' || lpad(n::text, 3, '0'), 'infinity' from event, generate_series(0, 149) n
             """);
        await using var state = new SchedulerState(bench.State.ConnectionString);

        var found = Assert.Single(await new EventQueries(state).FindAsync(new AskUpstreamEvents { Id = _id, Count = 10 }, default));

        Assert.Equal((100, 150, "p000", "p099"), (found.Runs.Count, found.RunCount, found.Runs[0].Pipeline, found.Runs[^1].Pipeline));
    }
}
