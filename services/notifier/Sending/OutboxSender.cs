using Headgate.Hosting.Faults;
using Headgate.Notifier.Configuration;
using Headgate.Notifier.Outbox;
using Headgate.Notifier.State;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Headgate.Notifier.Sending;

/// <summary>
/// Sends what is due on one channel: hears of new rows by NOTIFY, looks every second besides, and marks each row by itself as soon as the
/// other side has taken it. Several notifiers share the work by SKIP LOCKED.
/// </summary>
sealed partial class OutboxSender(
    IDelivery delivery, NotifierState state, OutboxStore outbox, OutboxTelemetry telemetry, IOptions<NotifierOptions> options, TimeProvider time,
    ILogger<OutboxSender> log)
    : BackgroundService, IAsyncDisposable
{
    static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestAway = TimeSpan.FromMinutes(1);

    // Taken by the other side, and the database was away when that was to be written down.
    readonly HashSet<long> _unmarked = [];
    bool _saidMissing;
    int _timesAway;

    Channel Channel => delivery.Channel;

    public ValueTask DisposeAsync()
    {
        Dispose();
        return delivery.DisposeAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var ear = await state.Source.OpenConnectionAsync(stoppingToken);
                await using (var listen = new NpgsqlCommand("listen headgate_outbox", ear)) await listen.ExecuteNonQueryAsync(stoppingToken);
                while (true)
                {
                    await LookAsync(stoppingToken);
                    await ear.WaitAsync(Period, stoppingToken);
                }
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it was, what is not marked is still due: the next look finds it.
                LogDatabaseAway(error.GetType().Name, (error as PostgresException)?.SqlState);
                await Task.Delay(Period, time, stoppingToken);
            }
        }
    }

    async Task LookAsync(CancellationToken stop)
    {
        await MarkLateAsync(stop);
        foreach (var notice in await outbox.ExpireAsync(Channel, stop))
        {
            LogExpired(Channel, notice);
            telemetry.GivenUp(Channel);
        }

        var waiting = await outbox.WaitingAsync(Channel, stop);
        telemetry.Waits(Channel, waiting);
        if (waiting == 0) return;
        if (delivery.Missing is { } setting)
        {
            telemetry.Away(Channel, $"{setting} is not set");
            if (!_saidMissing) LogMissing(Channel, waiting, setting);
            _saidMissing = true;
            return;
        }

        while (await SendNextAsync(stop)) { }
        await delivery.RestAsync();
        telemetry.Waits(Channel, await outbox.WaitingAsync(Channel, stop));
    }

    /// <returns>Whether to go on: something was due, and the other side answers.</returns>
    async Task<bool> SendNextAsync(CancellationToken stop)
    {
        await using var connection = await state.Source.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        OutboxRow? row;
        try
        {
            row = await OutboxStore.TakeAsync(connection, Channel, stop);
        }
        catch (UnreadableNoticeException unreadable)
        {
            await SetAsideAsync(connection, unreadable);
            await transaction.CommitAsync(CancellationToken.None);
            return true;
        }

        if (row is null) return false;
        var outcome = await delivery.DeliverAsync(row, stop);
        if (outcome.Result == DeliveryResult.Accepted)
        {
            _unmarked.Add(row.Id);
            await FaultPoint.ReachedAsync(FaultPoints.NoticeAccepted, Channel.ToString());
        }

        await RecordAsync(connection, row, outcome);
        await transaction.CommitAsync(CancellationToken.None);
        _unmarked.Remove(row.Id);
        if (outcome.Result != DeliveryResult.Away)
        {
            _timesAway = 0;
            return true;
        }

        var delay = Backoff.After(_timesAway++, options.Value.RetryAfter, options.Value.RetryAtMost < LongestAway ? options.Value.RetryAtMost : LongestAway);
        LogAway(Channel, delay, outcome.Error);
        telemetry.Away(Channel, outcome.Error);
        await transaction.DisposeAsync();
        await connection.CloseAsync();
        await Task.Delay(delay, time, stop);
        return false;
    }

    // The next try would read the same: it stays in the table with the reason, and is in nobody's way.
    async Task SetAsideAsync(NpgsqlConnection connection, UnreadableNoticeException unreadable)
    {
        await OutboxStore.GiveUpAsync(connection, unreadable.Row, unreadable.Message);
        LogUnreadable(Channel, unreadable.Notice, unreadable.Row, unreadable.Message);
        telemetry.GivenUp(Channel);
    }

    async Task RecordAsync(NpgsqlConnection connection, OutboxRow row, DeliveryOutcome outcome)
    {
        var notice = row.Notice;
        switch (outcome.Result)
        {
            case DeliveryResult.Accepted:
                await OutboxStore.MarkSentAsync(connection, row.Id);
                LogSent(Channel, notice.Id, notice.Kind, notice.JobId);
                telemetry.Sent(Channel);
                break;
            case DeliveryResult.Refused:
                await OutboxStore.GiveUpAsync(connection, row.Id, outcome.Error);
                LogRefused(Channel, notice.Id, notice.JobId, outcome.Error);
                telemetry.GivenUp(Channel);
                break;
            case DeliveryResult.Later:
                var delay = Backoff.After(row.Tries, options.Value.RetryAfter, options.Value.RetryAtMost);
                await OutboxStore.PostponeAsync(connection, row.Id, delay, outcome.Error);
                LogLater(Channel, notice.Id, notice.JobId, delay, outcome.Error);
                break;
            default:
                await OutboxStore.NoteAsync(connection, row.Id, outcome.Error);
                break;
        }
    }

    async Task MarkLateAsync(CancellationToken stop)
    {
        if (_unmarked.Count == 0) return;
        await using var connection = await state.Source.OpenConnectionAsync(stop);
        await OutboxStore.MarkSentAsync(connection, [.. _unmarked]);
        _unmarked.Clear();
    }
}
