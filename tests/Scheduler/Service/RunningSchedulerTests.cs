using Headgate.Contracts.Events;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;
using Headgate.Contracts.Starts;
using Headgate.Scheduler.Schedules;
using Headgate.Scheduler.State;
using Headgate.Scheduler.Tests.Running;
using Headgate.Tests.Servers;

namespace Headgate.Scheduler.Tests.Service;

/// <summary>What the service does by itself from its start on.</summary>
[Collection(nameof(QuartzCollection))]
public sealed class RunningSchedulerTests : IAsyncLifetime
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Its last run came due five minutes ago; whole seconds, which the database keeps as they are.
    static readonly DateTimeOffset Anchor =
        DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()).AddDays(-1).AddMinutes(-5);

    readonly StartRulesChanged _rule = SchedulerBench.Rule() with { Since = Anchor, Anchor = Anchor };

    TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await RunningScheduler.PrepareAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Schema_that_was_restored_takes_nothing_for_missed_that_the_coordinator_was_told_of()
    {
        // As of a day ago.
        await _database.ExecuteAsync(
            $$"""
              insert into scheduler.start_rule (pipeline_id, project, pipeline, revision, schedule, since, anchor, next_due, next_fire)
              values ('{{_rule.PipelineId}}', 'test', 'contacts', 1, '{"every": "00:10:00"}', '{{_rule.Since:O}}', '{{Anchor:O}}',
                      '{{Anchor.AddMinutes(10):O}}', '{{Anchor.AddMinutes(10):O}}')
              """);
        await using var scheduler = await RunningScheduler.StartAsync(_database);
        await scheduler.Coordinator.Asked;
        // For as long as the coordinator does not tell: alarms would take two seconds at most.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LookedAtAsync(TimeSpan.FromSeconds(2)));

        scheduler.Coordinator.Tell(_rule with { LastDue = Anchor.AddDays(1) });

        await LookedAtAsync(Patience);
        Assert.Equal(0, await _database.ScalarAsync<long>("select count(*) from scheduler.due_run"));
    }

    [Fact]
    public async Task Run_that_the_broker_has_lost_is_sent_again_and_one_that_is_never_taken_is_given_up()
    {
        var (lost, given) = (Run(Anchor.AddDays(1)), Run(Anchor.AddHours(1)));
        foreach (var (run, tries) in (IEnumerable<(StartJob, int)>)[(lost, 7), (given, 8)])
        {
            await _database.ExecuteAsync(
                $"""
                 insert into scheduler.due_run (run_id, pipeline_id, body, is_record, tries, not_before)
                 values ('{run.RunId}', '{run.PipelineId}', '{new DueMessage(run).ToJson()}', false, {tries}, now() - interval '1 s')
                 """);
        }

        await using var scheduler = await RunningScheduler.StartAsync(_database);

        Assert.Equal(lost.RunId, (await NextAsync(scheduler)).RunId);
        Assert.Equal(0, await _database.ScalarAsync<long>($"select count(*) from scheduler.due_run where run_id = '{given.RunId}'"));
        Assert.False(scheduler.Coordinator.Started.TryRead(out _));
    }

    [Fact]
    public async Task Events_that_came_before_the_rules_start_their_runs_though_the_scheduler_that_received_them_is_gone()
    {
        const int before = 250;
        await using (var first = await RunningScheduler.StartAsync(_database))
        {
            await first.Bus.Publish(new UpstreamEvent { Type = "Done", Subject = "s", Id = "early", Time = _rule.Since });
            await EventuallyAsync("select count(*) = 1 from scheduler.upstream_event", Patience);
        }

        await _database.ExecuteAsync(
            $"""
             insert into scheduler.upstream_event (event_id, type, occurred_at, received_at, rules_pending)
             select 'e-' || n, 'Done', now(), now(), true from generate_series(1, {before}) n
             """);
        await using var second = await RunningScheduler.StartAsync(_database);
        second.Coordinator.Tell(_rule with { Schedule = null, Triggers = [new TriggerDefinition { Event = "Done" }] });

        Assert.Equal(TriggerKind.Event, (await NextAsync(second)).Trigger);
        await EventuallyAsync($"select count(distinct event_no) = {before + 1} from scheduler.event_run", Patience);
        // One that comes now starts its run by itself, and none is matched again for ever.
        await second.Bus.Publish(new UpstreamEvent { Type = "Done", Id = "late", Time = _rule.Since });
        await EventuallyAsync($"select count(*) = {before + 2} from scheduler.event_run", Patience);
        await EventuallyAsync("select count(*) = 0 from scheduler.upstream_event where rules_pending", Patience);
    }

    [Fact]
    public async Task Clock_is_kept_up()
    {
        await using var scheduler = await RunningScheduler.StartAsync(_database);

        Assert.Contains(scheduler.Upkeep, service => service is ClockUpkeep);
    }

    StartJob Run(DateTimeOffset due) => new()
    {
        RunId = RunIds.OfRun(_rule.PipelineId, due),
        Project = _rule.Project,
        Pipeline = _rule.Pipeline,
        PipelineId = _rule.PipelineId,
        Trigger = TriggerKind.Schedule,
        Due = due,
        Actor = "headgate",
    };

    static async Task<StartJob> NextAsync(RunningScheduler scheduler)
    {
        using var patience = new CancellationTokenSource(Patience);
        return await scheduler.Coordinator.Started.ReadAsync(patience.Token);
    }

    Task LookedAtAsync(TimeSpan patience) => EventuallyAsync("select bool_and(next_fire > now()) from scheduler.start_rule", patience);

    async Task EventuallyAsync(string condition, TimeSpan patience)
    {
        using var end = new CancellationTokenSource(patience);
        while (!await _database.ScalarAsync<bool>(condition)) await Task.Delay(20, end.Token);
    }
}
