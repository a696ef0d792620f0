using MassTransit;

namespace Headgate.SagaRepository.CrashHost.Tallies;

/// <summary>
/// Idempotent transitions that send their message again for a duplicate which may never have been answered; without
/// <see cref="TallyRules.SendsAgain"/>, only once.
/// </summary>
public sealed class TallyMachine : MassTransitStateMachine<Tally>
{
    public TallyMachine(TallyRules rules)
    {
        InstanceState(tally => tally.CurrentState);
        Event(() => Opened, opened =>
        {
            opened.CorrelateById(context => context.Message.TallyId);
            opened.InsertOnInitial = true;
            opened.SetSagaFactory(context => new Tally
            {
                CorrelationId = context.Message.TallyId,
                CurrentState = nameof(Open),
                Label = context.Message.Label,
            });
        });
        Event(() => Added, added => added.CorrelateById(context => context.Message.TallyId));
        Event(() => Closed, closed => closed.CorrelateById(context => context.Message.TallyId));

        Initially(Ignore(Opened));

        During(Open,
            Ignore(Opened),
            When(Added).IfElse(IsNew,
                counted => counted.Then(Count).SendAsync(rules.Output, context => Grown(context, again: false)),
                repeated => repeated.Then(context => context.Saga.Repeats++)
                    .If(context => rules.SendsAgain && context.MayHaveBeenHandled(),
                        unanswered => unanswered.SendAsync(rules.Output, context => Grown(context, again: true)))),
            When(Closed).Finalize());
        SetCompletedWhenFinalized();
    }

    public State Open { get; private set; } = null!;

    public Event<OpenTally> Opened { get; private set; } = null!;

    public Event<AddToTally> Added { get; private set; } = null!;

    public Event<CloseTally> Closed { get; private set; } = null!;

    static bool IsNew(BehaviorContext<Tally, AddToTally> context) => !context.Saga.Numbers.Contains(context.Message.Number);

    static void Count(BehaviorContext<Tally, AddToTally> context)
    {
        context.Saga.Numbers.Add(context.Message.Number);
        context.Saga.Total++;
    }

    static Task<SendTuple<TallyGrew>> Grown(BehaviorContext<Tally, AddToTally> context, bool again) =>
        Task.FromResult(new SendTuple<TallyGrew>(
            new TallyGrew { TallyId = context.Saga.CorrelationId, Number = context.Message.Number, Again = again }));
}
