using Headgate.SagaRepository.CrashHost.Tallies;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.SagaRepository.Tests.Machines;

/// <summary>Unlike <see cref="TallyMachine"/>: its initial event inserts late, and what it finalizes stays.</summary>
public sealed class ProbeMachine : MassTransitStateMachine<Tally>
{
    public ProbeMachine(TallyRules rules)
    {
        InstanceState(tally => tally.CurrentState);
        Event(() => Opened, of => of.CorrelateById(context => context.Message.TallyId));
        Event(() => Added, of =>
        {
            of.CorrelateById(context => context.Message.TallyId);
            of.OnMissingInstance(missing => missing.ExecuteAsync(context =>
                context.Send(rules.Output, new TallyGrew { TallyId = context.Message.TallyId, Number = -1 })));
        });
        Event(() => Failing, of => of.CorrelateById(context => context.Message.TallyId));
        Event(() => Looking, of => of.CorrelateById(context => context.Message.TallyId));
        Event(() => Greeted, of => of.CorrelateBy((tally, context) => tally.Label == context.Message.Label));
        Event(() => Peeked, of =>
        {
            of.CorrelateById(context => context.Message.TallyId);
            of.ReadOnly = true;
        });
        Event(() => Closed, of => of.CorrelateById(context => context.Message.TallyId));

        Initially(
            When(Opened).Then(context => (context.Saga.Label, context.Saga.Total) = (context.Message.Label, 1)).TransitionTo(Open));
        During(Open,
            When(Opened).Then(context => context.Saga.Total++),
            When(Failing)
                .ThenAsync(WriteNoteAsync)
                .SendAsync(rules.Output, context => context.Init<TallyGrew>(new { context.Message.TallyId, Number = 1 }))
                .Then(FailAtFirst),
            When(Looking).Activity(of => of.OfType<LookAroundActivity>()),
            When(Greeted).ThenAsync(WriteNoteAsync),
            When(Peeked).Then(context => context.Saga.Total = 999),
            When(Closed).Finalize());
    }

    public State Open { get; private set; } = null!;

    public Event<OpenTally> Opened { get; private set; } = null!;

    public Event<AddToTally> Added { get; private set; } = null!;

    public Event<WriteAndFail> Failing { get; private set; } = null!;

    public Event<LookAround> Looking { get; private set; } = null!;

    public Event<GreetAll> Greeted { get; private set; } = null!;

    public Event<Peek> Peeked { get; private set; } = null!;

    public Event<CloseTally> Closed { get; private set; } = null!;

    static async Task WriteNoteAsync<T>(BehaviorContext<Tally, T> context)
        where T : class
    {
        var db = context.GetPayload<IServiceProvider>().GetRequiredService<TallyDbContext>();
        db.Add(new TallyNote { TallyId = context.Saga.CorrelationId, Text = typeof(T).Name });
        context.Saga.Total++;
        await db.SaveChangesAsync();
    }

    static void FailAtFirst(BehaviorContext<Tally, WriteAndFail> context)
    {
        if (context.GetRetryAttempt() < context.Message.Failures) throw new InvalidOperationException("As asked.");
    }
}
