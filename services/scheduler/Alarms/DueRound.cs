using Headgate.Hosting.Faults;
using Headgate.Scheduler.Rules;
using Headgate.Scheduler.Schedules;
using Headgate.Scheduler.State;
using Headgate.Scheduler.Telemetry;
using Headgate.Schedules;
using MassTransit;
using Npgsql;

namespace Headgate.Scheduler.Alarms;

/// <summary>
/// Fires what has come due: takes pipelines under their rows' locks, sends their runs, and only when the broker has confirmed all of them
/// writes down that they are done. Whoever is killed in between leaves them as they were, and they are sent again under the same ids.
/// </summary>
sealed partial class DueRound(
    SchedulerState state, RunSender sender, ISendEndpointProvider lanes, TimeProvider time, SchedulerTelemetry telemetry, ILogger<DueRound> log)
{
    /// <summary>Pipelines in one transaction.</summary>
    public const int Most = 500;

    static readonly TimeSpan BrokerPatience = TimeSpan.FromSeconds(15);
    static readonly TimeSpan LookAgainAfter = TimeSpan.FromMinutes(1);

    /// <returns>How many pipelines; as many as <see cref="Most"/>: there may be more.</returns>
    public async Task<int> FireAsync(int alarm, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var now = time.GetUtcNow();
        var rules = await DueStore.TakeAsync(connection, alarm, now, Most, cancellationToken);
        if (rules.Count == 0) return 0;
        var due = await LookAsync(connection, rules, now);
        await FaultPoint.ReachedAsync(FaultPoints.RunsDue);
        using (var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            // By the machine's clock: rows are locked meanwhile, and the broker may be away.
            patience.CancelAfter(BrokerPatience);
            await Task.WhenAll(due.Select(each => sender.SendAsync(each.Rule, each.Due, lanes, patience.Token)));
        }

        await FaultPoint.ReachedAsync(FaultPoints.RunsSent);
        await DueStore.MoveAsync(connection, due);
        await transaction.CommitAsync(CancellationToken.None);
        var sent = time.GetUtcNow();
        foreach (var (rule, done) in due) telemetry.Fired(done, sent - (rule.Fire ?? sent));
        return rules.Count;
    }

    // One that cannot be told keeps no other waiting.
    async Task<List<(StartRule Rule, DueRuns Due)>> LookAsync(NpgsqlConnection connection, List<StartRule> rules, DateTimeOffset now)
    {
        var due = new List<(StartRule Rule, DueRuns Due)>(rules.Count);
        foreach (var rule in rules)
        {
            try
            {
                due.Add((rule, DueRuns.Until(rule, now, sender.MissedAfter)));
            }
            catch (Exception error) when (DueTimes.IsUnknown(error))
            {
                LogCannotTell(rule.Project, rule.Pipeline, error.Message);
                await DueStore.PostponeAsync(connection, rule.PipelineId, now + LookAgainAfter);
            }
        }

        return due;
    }
}
