using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Starts;
using Headgate.Hosting.Faults;
using Headgate.UpstreamEvents.Tests.Running;

namespace Headgate.UpstreamEvents.Tests;

/// <summary>One run, whatever is killed, and however many schedulers there are.</summary>
public sealed class OnceTests
{
    [Theory]
    [InlineData(FaultPoints.EventKept)]
    [InlineData(FaultPoints.EventRunAsked)]
    public async Task Scheduler_that_is_killed_on_the_way_asks_for_one_run(string point)
    {
        await using var bench = await EventBench.StartAsync();
        await bench.BindAsync(("Done", null));
        await bench.HaltAtAsync(point);
        await bench.Publisher.EventAsync("Done", "s", "e-1");
        Assert.Equal(point, await bench.Scheduler.HaltedAsync());
        await bench.Scheduler.KillAsync();
        await bench.HaltAtAsync("");
        await bench.StartSchedulerAsync();
        await bench.RunsAsync("e-1", "outcome = 'Started'");
        Assert.Single(bench.Coordinator.Asked("e-1").Select(run => run.RunId).Distinct());
        // The message that the killed one had in hand came again, as a repeat.
        await bench.EventAsync("e-1", "repeats = 1");
    }

    [Fact]
    public async Task Two_schedulers_share_the_events_and_ask_for_each_run_once()
    {
        const int events = 40;
        await using var bench = await EventBench.StartAsync();
        await bench.StartSchedulerAsync();
        await bench.BindAsync(("Done", null));
        for (var number = 0; number < events * 2; number++) await bench.Publisher.EventAsync("Done", "s", $"e-{number / 2}");
        await Installation.EventuallyAsync(
            async () => await bench.State.ScalarAsync<long>(
                "select count(*) from scheduler.upstream_event join scheduler.event_run using (event_no) where repeats = 1 and outcome = 'Started'") == events,
            () => Task.FromResult(bench.Scheduler.Output));
        Assert.All(Enumerable.Range(0, events), number => Assert.Single(bench.Coordinator.Asked($"e-{number}")));
    }

    [Fact]
    public async Task Event_counts_once_for_7_days()
    {
        await using var bench = await EventBench.StartAsync();
        await bench.BindAsync(("Done", null));
        foreach (var id in (string[])["old", "recent"]) await bench.Publisher.EventAsync("Done", "s", id);
        foreach (var id in (string[])["old", "recent"]) await bench.RunsAsync(id, "outcome is not null");
        await bench.Scheduler.KillAsync();
        await bench.State.ExecuteAsync("update scheduler.upstream_event set received_at = now() - interval '7 days 1 minute' where event_id = 'old'");
        await bench.State.ExecuteAsync("update scheduler.upstream_event set received_at = now() - interval '6 days 23 hours' where event_id = 'recent'");
        await bench.StartSchedulerAsync();
        await Installation.EventuallyAsync(
            async () => await bench.State.ScalarAsync<long>("select count(*) from scheduler.upstream_event") == 1,
            () => Task.FromResult(bench.Scheduler.Output));
        foreach (var id in (string[])["old", "recent"]) await bench.Publisher.EventAsync("Done", "s", id);
        // What the killed one had not acknowledged came again as well.
        await bench.EventAsync("recent", "repeats >= 1");
        await bench.RunsAsync("old", "outcome is not null");
        // Another run than before: the coordinator, which knows its jobs for longer, would start nothing under the same id.
        var asked = await bench.Coordinator.AskedAsync("old", 2);
        Assert.Equal(2, asked.Select(run => run.RunId).Distinct().Count());
        Assert.Single(bench.Coordinator.Asked("recent"));
    }

    [Fact]
    public async Task Event_that_comes_before_the_rules_are_there_starts_its_run_when_they_are()
    {
        await using var bench = await EventBench.StartAsync();
        await bench.Publisher.EventAsync("Done", "s", "early");
        await bench.EventAsync("early", "repeats = 0");

        bench.Coordinator.Tell(new StartRulesChanged
        {
            PipelineId = Guid.NewGuid(),
            Project = "crm",
            Pipeline = "contacts",
            Revision = 1,
            Since = DateTimeOffset.UnixEpoch,
            Anchor = DateTimeOffset.UnixEpoch,
            Triggers = [new TriggerDefinition { Event = "Done" }],
        });

        await bench.RunsAsync("early", "outcome = 'Started'");
        Assert.Single(bench.Coordinator.Asked("early").Select(run => run.RunId).Distinct());
    }
}
