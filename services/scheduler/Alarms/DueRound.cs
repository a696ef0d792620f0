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
/// Fires what has come due: takes pipelines under their rows' locks, writes down their runs and that they are done, and sends them. Whoever
/// is killed in between leaves them to the next look, which sends them under the same ids; nothing is locked while the broker is waited for.
/// </summary>
sealed partial class DueRound(
    SchedulerState state, RunSender sender, DueMessages messages, ISendEndpointProvider lanes, TimeProvider time, SchedulerTelemetry telemetry,
    ILogger<DueRound> log)
{
    /// <summary>Pipelines in one transaction.</summary>
    public const int Most = 500;

    static readonly TimeSpan BrokerPatience = TimeSpan.FromSeconds(15);
    static readonly TimeSpan LookAgainAfter = TimeSpan.FromMinutes(1);

    /// <summary>What was left unsent before, then what has come due.</summary>
    /// <returns>How many pipelines; as many as <see cref="Most"/>: there may be more.</returns>
    public async Task<int> FireAsync(int alarm, CancellationToken cancellationToken)
    {
        await SendAsync(await messages.UnsentAsync(alarm, Most, cancellationToken), cancellationToken);
        var (count, due) = await TakeAsync(alarm, cancellationToken);
        if (due.Count == 0) return count;
        await FaultPoint.ReachedAsync(FaultPoints.RunsDue);
        await SendAsync([.. due.SelectMany(each => sender.Of(each.Rule, each.Due))], cancellationToken);
        var sent = time.GetUtcNow();
        foreach (var (rule, done) in due) telemetry.Fired(done, sent - (rule.Fire ?? sent));
        return count;
    }

    async Task<(int Count, IReadOnlyList<(StartRule Rule, DueRuns Due)> Due)> TakeAsync(int alarm, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var now = time.GetUtcNow();
        var rules = await DueStore.TakeAsync(connection, alarm, now, Most, cancellationToken);
        if (rules.Count == 0) return (0, []);
        var due = await LookAsync(connection, rules, now);
        await messages.AddAsync(connection, [.. due.SelectMany(each => sender.Of(each.Rule, each.Due))]);
        await DueStore.MoveAsync(connection, due);
        await transaction.CommitAsync(CancellationToken.None);
        return (rules.Count, due);
    }

    async Task SendAsync(IReadOnlyList<DueMessage> due, CancellationToken cancellationToken)
    {
        if (due.Count == 0) return;
        try
        {
            // By the machine's clock: the broker may be away.
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(BrokerPatience);
            await Task.WhenAll(due.Select(message => RunSender.SendAsync(message, lanes, patience.Token)));
        }
        catch (Exception)
        {
            await messages.NotSentAsync(due);
            throw;
        }

        await FaultPoint.ReachedAsync(FaultPoints.RunsSent);
        await messages.SentAsync(due);
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
