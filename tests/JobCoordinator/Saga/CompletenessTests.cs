using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

public sealed class CompletenessTests
{
    [Fact]
    public void Every_state_says_what_it_does_with_every_event()
    {
        var machine = new SyncJobStateMachine();
        var states = machine.States.Where(state => state.Name is not ("Initial" or "Final")).ToList();
        var events = machine.Events.Where(@event => !@event.Name.Contains("Enter") && !@event.Name.Contains("Leave")).ToList();

        Assert.Equal(11, states.Count);
        Assert.Equal(26, events.Count);
        var holes = from state in states
                    from @event in events
                    where !machine.NextEvents(state).Contains(@event)
                    select $"{state.Name} falls through on {@event.Name}";
        Assert.Empty(holes);
    }
}
