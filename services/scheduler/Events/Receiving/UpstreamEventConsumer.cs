using Headgate.Contracts.Events;
using Headgate.Hosting.Faults;
using Headgate.Scheduler.Events.Runs;
using MassTransit;

namespace Headgate.Scheduler.Events.Receiving;

/// <summary>Writes an event down, then asks for its runs. What it does not get to is taken up by <see cref="OpenRuns"/>.</summary>
sealed partial class UpstreamEventConsumer(EventStore events, EventRuns runs, ILogger<UpstreamEventConsumer> log) : IConsumer<UpstreamEvent>
{
    // An event may be meant for thousands of pipelines, and no message is held for long.
    const int MostAtOnce = 100;

    public async Task Consume(ConsumeContext<UpstreamEvent> context)
    {
        var (reception, open) = await events.KeepAsync(context.Message, context.CancellationToken);
        EventTelemetry.Received(reception);
        if (reception == Reception.Conflicting) LogConflict(context.Message.Id);
        await FaultPoint.ReachedAsync(FaultPoints.EventKept);
        try
        {
            foreach (var run in open.Take(MostAtOnce)) await runs.AskAsync(context, run, context.CancellationToken);
        }
        catch (Exception error) when (!context.CancellationToken.IsCancellationRequested)
        {
            // Broker or database are away. The event is received, and its runs are written down: it is not to end among those that failed.
            LogNotAsked(context.Message.Id, error.GetType().Name);
        }
    }
}
