using Headgate.Contracts.Events;
using MassTransit;

namespace Headgate.Scheduler.Events.Listing;

/// <summary>Answers which upstream events have come, and what became of them.</summary>
sealed class EventQuestionConsumer(EventQueries events) : IConsumer<AskUpstreamEvents>
{
    public async Task Consume(ConsumeContext<AskUpstreamEvents> context) =>
        await context.RespondAsync(new UpstreamEventsFound { Events = await events.FindAsync(context.Message, context.CancellationToken) });
}
