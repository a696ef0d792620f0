using Headgate.Contracts.Jobs;
using Operation = Headgate.V1.Operation;

namespace Headgate.JobCoordinator.Jobs;

/// <summary>Which commands are accepted; told to whoever is refused, and shown with every job. A test holds it equal to what the state machine does.</summary>
static class CommandTable
{
    static readonly Operation[] NeverWritten =
        [Operation.PauseJob, Operation.CancelJob, Operation.PauseAndCancelJob, Operation.ForceCancelJob, Operation.DiscardJob];

    static readonly Operation[] Launched = [Operation.PauseJob, Operation.PauseAndCancelJob, Operation.ForceCancelJob, Operation.DiscardJob];
    static readonly Operation[] Draining = [Operation.CancelJob, Operation.PauseAndCancelJob, Operation.ForceCancelJob];

    static readonly Operation[] Standing =
    [
        Operation.ResumeJob, Operation.CancelJob, Operation.PauseAndCancelJob, Operation.ForceCancelJob, Operation.RestartJob, Operation.DiscardJob,
    ];

    /// <summary>What a state accepts, the likeliest first; of a stop in progress, what it is to end in and how decide too.</summary>
    public static IReadOnlyList<Operation> Accepts(string state, StopIntent? intent, CancelMode? mode) => state switch
    {
        nameof(SyncJobStateMachine.Pending) or nameof(SyncJobStateMachine.Initializing) => NeverWritten,
        nameof(SyncJobStateMachine.Processing) or nameof(SyncJobStateMachine.Collecting) => Launched,
        nameof(SyncJobStateMachine.Pausing) when intent == StopIntent.Fail => [Operation.PauseJob, .. Draining],
        nameof(SyncJobStateMachine.Pausing) => Draining,
        nameof(SyncJobStateMachine.Paused) or nameof(SyncJobStateMachine.Failed) => Standing,
        nameof(SyncJobStateMachine.Canceling) when mode == CancelMode.Force => [Operation.AbandonJob],
        nameof(SyncJobStateMachine.Canceling) => [Operation.ForceCancelJob, Operation.AbandonJob],
        _ => [],
    };

    /// <summary>The same as names of messages, whatever the stop in progress.</summary>
    public static IReadOnlyList<string> AcceptedIn(string state) =>
        [.. Accepts(state, intent: null, mode: null).Select(CommandOperations.MessageOf).Distinct(StringComparer.Ordinal)];
}
