using Headgate.Contracts.Starts;
using Headgate.Scheduler.Alarms;
using MassTransit;

namespace Headgate.Scheduler.Rules;

/// <summary>Keeps by what a pipeline's runs start, sees to it that its next run is fired, and says so: until that is heard it is told again.</summary>
sealed class RulesConsumer(RuleStore rules, AlarmClock alarms) : IConsumer<StartRulesChanged>
{
    public async Task Consume(ConsumeContext<StartRulesChanged> context)
    {
        var kept = await rules.KeepAsync(context.Message, context.CancellationToken);
        if (kept is { Alarm: var alarm, Next: { } next }) await alarms.BringForwardAsync(alarm, next, context.CancellationToken);
        await context.Publish(new StartRulesKept { ObligationId = IdOf(context) }, context.CancellationToken);
    }

    static Guid IdOf(ConsumeContext context) =>
        context.MessageId ?? throw new InvalidOperationException("A change without a message id cannot be answered.");
}
