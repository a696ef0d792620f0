using System.Collections.Concurrent;
using Headgate.Contracts.Starts;
using Headgate.Hosting.Bus;
using Headgate.Scheduler.Alarms;
using MassTransit;

namespace Headgate.Scheduler.Rules;

/// <summary>
/// Asks the coordinator, once after the start, by what all runs start: the schema may be new, or restored from a backup. What has changed is
/// told without being asked for.
/// </summary>
sealed partial class RulesSync(
    IBus bus, RuleStore rules, AlarmClock alarms, RulesTold told, TimeProvider time, ILogger<RulesSync> log) : BackgroundService
{
    const int AtOnce = 8;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Between = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Guid? after = null;
        while (true)
        {
            try
            {
                var page = (await bus.AskAsync<AskStartRules, StartRulesListed>(Lanes.Upkeep, new AskStartRules { After = after }, Patience, stoppingToken)).Rules;
                if (page.Count == 0) break;
                await KeepAsync(page, stoppingToken);
                await rules.CatchUpAsync(page, stoppingToken);
                after = page[^1].PipelineId;
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // The coordinator may not be up yet, or the database or broker is away: it goes on from the page that it has come to.
                LogNotAnswered(error.GetType().Name);
                await Task.Delay(Between, time, stoppingToken);
            }
        }

        told.Set();
    }

    async Task KeepAsync(IReadOnlyList<StartRulesChanged> page, CancellationToken cancellationToken)
    {
        var kept = new ConcurrentBag<KeptRule>();
        var some = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(await rules.NewOfAsync(page, cancellationToken), some, async (rule, stop) =>
        {
            if (await rules.KeepAsync(rule, stop) is { Next: not null } one) kept.Add(one);
        });
        foreach (var alarm in kept.GroupBy(rule => rule.Alarm))
            await alarms.BringForwardAsync(alarm.Key, alarm.Min(rule => rule.Next)!.Value, cancellationToken);
    }
}
