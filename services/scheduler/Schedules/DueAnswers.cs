using Headgate.Contracts.Starts;
using Headgate.Hosting.Bus;
using MassTransit;

namespace Headgate.Scheduler.Schedules;

/// <summary>
/// Asks the coordinator whether what was sent has reached it, and sends again what has not: that the broker has confirmed a message is not
/// enough, as one that is emptied takes it with it. What it has not taken after as many times as that can happen it never will.
/// </summary>
sealed partial class DueAnswers(DueMessages messages, IBus bus, TimeProvider time, ILogger<DueAnswers> log) : BackgroundService
{
    const int AtOnce = 500;
    static readonly TimeSpan Period = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do await LookAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await AskAsync(cancellationToken) == AtOnce) { }
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // Coordinator, broker or database are away: a later look finds the same.
            LogNotAnswered(error.GetType().Name);
        }
    }

    /// <returns>Of how many it has asked.</returns>
    public async Task<int> AskAsync(CancellationToken cancellationToken)
    {
        var sent = await messages.TakeSentAsync(AtOnce, cancellationToken);
        if (sent.Count == 0) return 0;
        var question = new AskRunsKnown { Runs = [.. sent.Select(message => message.Id)] };
        var known = (await bus.AskAsync<AskRunsKnown, RunsKnown>(Lanes.Upkeep, question, Patience, cancellationToken)).Runs.ToHashSet();
        await messages.RemoveAsync(known);
        DueMessage[] lost = [.. sent.Where(message => !known.Contains(message.Id))];
        var given = await messages.GiveUpAsync(lost);
        if (given.Count > 0) LogGivenUp(given.Count);
        lost = [.. lost.Where(message => !given.Contains(message.Id))];
        if (lost.Length == 0) return sent.Count;
        LogSentAgain(lost.Length);
        await Task.WhenAll(lost.Select(message => RunSender.SendAsync(message, bus, cancellationToken)));
        await messages.SentAsync(lost);
        return sent.Count;
    }
}
