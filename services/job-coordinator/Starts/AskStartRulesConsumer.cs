using Headgate.Contracts.Starts;
using Headgate.JobCoordinator.Database;
using MassTransit;

namespace Headgate.JobCoordinator.Starts;

/// <summary>Tells a scheduler that has just started by what all runs start: its schema may be new, or restored.</summary>
sealed class AskStartRulesConsumer(CoordinatorState state) : IConsumer<AskStartRules>
{
    const int PageSize = 500;

    public async Task Consume(ConsumeContext<AskStartRules> context)
    {
        await using var connection = await state.Source.OpenConnectionAsync(context.CancellationToken);
        var rules = await StartRules.PageAsync(connection, context.Message.After, PageSize, context.CancellationToken);
        await context.RespondAsync(new StartRulesListed { Rules = rules });
    }
}
