using MassTransit;

namespace Headgate.JobCoordinator.Jobs;

/// <summary>Remembers, for the audit of a command, the state in which it found the job.</summary>
static class StateBeforeCommand
{
    public static void RememberState(this BehaviorContext<SyncJob> context) =>
        context.GetOrAddPayload(() => new Memory(context.Saga.CurrentState));

    public static string? StateBefore(this BehaviorContext<SyncJob> context) =>
        context.TryGetPayload<Memory>(out var memory) ? memory.State : null;

    sealed record Memory(string State);
}
