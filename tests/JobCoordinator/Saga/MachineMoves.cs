using MassTransit;
using MassTransit.SagaStateMachine;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>Walks a state machine and writes down which event leads from which state to which.</summary>
sealed class MachineMoves<TSaga> : StateMachineVisitor
    where TSaga : class, SagaStateMachineInstance
{
    State? _state;
    Event? _event;

    public List<(string From, string Event, string To)> Moves { get; } = [];

    public void Visit(State state, Action<State> next)
    {
        _state = state;
        next(state);
    }

    public void Visit(Event @event, Action<Event> next)
    {
        _event = @event;
        next(@event);
    }

    public void Visit<TMessage>(Event<TMessage> @event, Action<Event<TMessage>> next)
        where TMessage : class
    {
        _event = @event;
        next(@event);
    }

    public void Visit(IStateMachineActivity activity) => Visit(activity, _ => { });

    public void Visit(IStateMachineActivity activity, Action<IStateMachineActivity> next)
    {
        if (activity is TransitionActivity<TSaga> transition && !_event!.Name.Contains('.', StringComparison.Ordinal))
            Moves.Add((_state!.Name, _event.Name, transition.ToState.Name));
        next(activity);
    }

    public void Visit<T>(IBehavior<T> behavior)
        where T : class, SagaStateMachineInstance
    {
    }

    public void Visit<T>(IBehavior<T> behavior, Action<IBehavior<T>> next)
        where T : class, SagaStateMachineInstance => next(behavior);

    public void Visit<T, TMessage>(IBehavior<T, TMessage> behavior)
        where T : class, SagaStateMachineInstance
        where TMessage : class
    {
    }

    public void Visit<T, TMessage>(IBehavior<T, TMessage> behavior, Action<IBehavior<T, TMessage>> next)
        where T : class, SagaStateMachineInstance
        where TMessage : class => next(behavior);
}
