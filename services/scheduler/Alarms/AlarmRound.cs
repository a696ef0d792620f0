namespace Headgate.Scheduler.Alarms;

/// <summary>What is done when an alarm goes off: fire what has come due, stay awake for what comes due in a moment, set the alarm.</summary>
sealed partial class AlarmRound(DueRound due, DueStore store, AlarmClock clock, AlarmsStop stop, TimeProvider time, ILogger<AlarmRound> log)
{
    // Setting an alarm and going to sleep is some twenty statements of Quartz; a look is one.
    static readonly TimeSpan StaysAwake = TimeSpan.FromSeconds(1);

    // Runs that come due one after the other, as jitter spreads them, are fired some at a time.
    static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);

    static readonly TimeSpan TriesAgainAfter = TimeSpan.FromSeconds(5);

    public async Task RunAsync(int alarm)
    {
        try
        {
            do
            {
                while (await due.FireAsync(alarm, stop.Token) == DueRound.Most) { }
            }
            while (await StayAwakeAsync(alarm));

            await clock.SetAsync(alarm, notBefore: null, stop.Token);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // The service stops; whoever is there, or starts next, sets the alarm.
        }
        catch (Exception error)
        {
            // The broker or the database is away: what has come due stays so. Where the alarm cannot be set either, it goes off in a minute.
            LogFailed(alarm, error.GetType().Name, error.Message);
            await clock.SetAsync(alarm, time.GetUtcNow() + TriesAgainAfter, stop.Token);
        }
    }

    async Task<bool> StayAwakeAsync(int alarm)
    {
        var next = await store.NextFireAsync(alarm, stop.Token) - time.GetUtcNow();
        if (next is null || next > StaysAwake) return false;
        await Task.Delay(next > Breath ? next.Value : Breath, time, stop.Token);
        return true;
    }
}
