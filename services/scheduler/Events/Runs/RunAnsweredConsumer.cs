using Headgate.Contracts.Runs;
using MassTransit;

namespace Headgate.Scheduler.Events.Runs;

/// <summary>Hears what became of the runs that events asked for.</summary>
sealed class RunAnsweredConsumer(EventRuns runs) : IConsumer<RunAnswered>
{
    public Task Consume(ConsumeContext<RunAnswered> context) => runs.AnsweredAsync(context.Message, context.CancellationToken);
}
