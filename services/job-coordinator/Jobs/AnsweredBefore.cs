using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs.Verbs;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Jobs;

/// <summary>
/// A command that comes again was perhaps carried out already, and only its answer was lost: then it is answered as before, and not
/// carried out in the state that it led to itself.
/// </summary>
sealed class AnsweredBefore<T>(CoordinatorDbContext db) : IFilter<ConsumeContext<T>>
    where T : class
{
    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        var recorded = context.MessageId is { } id && Answering.IsCommand<T>()
            ? await db.JobCommands.AsNoTracking().SingleOrDefaultAsync(command => command.MessageId == id, context.CancellationToken)
            : null;
        if (recorded is null) await next.Send(context);
        else await Answering.RespondAsync(context, AnswerOf(recorded));
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("answered-before");

    static CommandAnswered AnswerOf(JobCommand recorded) => new()
    {
        JobId = recorded.JobId,
        Outcome = recorded.Outcome,
        State = recorded.StateAfter,
        Sentence = recorded.Sentence,
        Rule = recorded.Rule,
        WouldAccept = recorded.Outcome == CommandOutcome.Refused ? CommandTable.AcceptedIn(recorded.StateAfter) : [],
    };
}
