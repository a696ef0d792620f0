namespace Headgate.Scheduler.Alarms;

/// <summary>Ends what alarms have begun when the service stops.</summary>
sealed class AlarmsStop : IDisposable
{
    readonly CancellationTokenSource _source = new();

    public CancellationToken Token => _source.Token;

    public Task BeginAsync() => _source.CancelAsync();

    public void Dispose() => _source.Dispose();
}
