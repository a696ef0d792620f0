using Headgate.Scheduler.State;
using Npgsql;

namespace Headgate.Scheduler.Events.Upkeep;

/// <summary>Forgets events by whose ids no repeats are told any more.</summary>
sealed partial class EventPurge(SchedulerState state, TimeProvider time, ILogger<EventPurge> log) : BackgroundService
{
    const int BatchSize = 10_000;

    /// <summary>How long an event's id makes it count once, and how long the event is shown.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(7);

    static readonly TimeSpan Period = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do
            {
                await PurgeAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    async Task PurgeAsync(CancellationToken cancellationToken)
    {
        // One whose run nobody has answered yet is asked for still.
        const string sql =
            """
            delete from scheduler.upstream_event where event_no in (
                select event_no from scheduler.upstream_event e where received_at < $1
                and not exists (select from scheduler.event_run r where r.event_no = e.event_no and r.answered_at is null)
                order by received_at limit $2)
            """;
        try
        {
            int purged;
            do
            {
                await using var command = state.Source.CreateCommand(sql);
                command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() - KeptFor });
                command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = BatchSize });
                purged = await command.ExecuteNonQueryAsync(cancellationToken);
            }
            while (purged == BatchSize);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotPurged(error.GetType().Name, (error as NpgsqlException)?.SqlState);
        }
    }
}
