using Headgate.Contracts.Jobs;
using static Headgate.JobCoordinator.Reading.JobStates;
using Operation = Headgate.V1.Operation;

namespace Headgate.JobCoordinator.Jobs;

/// <summary>
/// Which commands are accepted; told to whoever is refused, and shown with every job. A test holds it equal to what the state machine does.
/// </summary>
static class CommandTable
{
    static readonly Operation[] NeverWritten =
    [
        Operation.PauseJob, Operation.CancelJob, Operation.PauseAndCancelJob, Operation.ForceCancelJob, Operation.DiscardJob, Operation.SetJobRate,
    ];

    static readonly Operation[] Launched = [Operation.PauseJob, Operation.PauseAndCancelJob, Operation.ForceCancelJob, Operation.DiscardJob];
    static readonly Operation[] Draining = [Operation.CancelJob, Operation.PauseAndCancelJob, Operation.ForceCancelJob, Operation.SetJobRate];

    static readonly Operation[] Standing =
    [
        Operation.ResumeJob, Operation.CancelJob, Operation.PauseAndCancelJob, Operation.ForceCancelJob, Operation.RestartJob, Operation.DiscardJob,
        Operation.SetJobRate,
    ];

    /// <summary>What a state accepts, the likeliest first; of a stop in progress, what it is to end in and how decide too.</summary>
    public static IReadOnlyList<Operation> Accepts(string state, StopIntent? intent, CancelMode? mode, bool isDeleted) => state switch
    {
        nameof(SyncJobStateMachine.Pending) or nameof(SyncJobStateMachine.Initializing) => NeverWritten,
        nameof(SyncJobStateMachine.Processing) => [.. Launched, Operation.SetJobRate],
        nameof(SyncJobStateMachine.Collecting) => Launched,
        nameof(SyncJobStateMachine.Pausing) when intent == StopIntent.Fail => [Operation.PauseJob, .. Draining],
        nameof(SyncJobStateMachine.Pausing) when intent == StopIntent.Cancel => [Operation.ForceCancelJob, Operation.SetJobRate],
        nameof(SyncJobStateMachine.Pausing) => Draining,
        nameof(SyncJobStateMachine.Paused) or nameof(SyncJobStateMachine.Failed) => Standing,
        nameof(SyncJobStateMachine.Canceling) when mode == CancelMode.Force => [Operation.AbandonJob],
        nameof(SyncJobStateMachine.Canceling) => [Operation.ForceCancelJob, Operation.AbandonJob],
        _ when Ended.Contains(state) && !isDeleted => [Operation.DeleteJob],
        _ => [],
    };

    /// <summary>The same as names of messages, whatever the stop in progress. A job that has ended takes none.</summary>
    public static IReadOnlyList<string> AcceptedIn(string state) => Ended.Contains(state) ? [] :
        [.. Accepts(state, intent: null, mode: null, isDeleted: false).Select(CommandOperations.MessageOf).Distinct(StringComparer.Ordinal)];

    /// <summary>What a command would be answered; whether another job of the pipeline is in the way of a restart is not known here.</summary>
    public static (CommandOutcome Outcome, CommandRule? Rule) Answer(
        Operation operation, string state, StopIntent? intent, CancelMode? mode, bool isDeleted)
    {
        if (Accepts(state, intent, mode, isDeleted).Contains(operation)) return (CommandOutcome.Accepted, null);
        var isStopped = state is nameof(SyncJobStateMachine.Pausing) or nameof(SyncJobStateMachine.Paused);
        return (operation, state) switch
        {
            (Operation.DeleteJob, _) => isDeleted ? (CommandOutcome.AlreadySo, null) : (CommandOutcome.Refused, CommandRule.State),
            _ when Ended.Contains(state) => (CommandOutcome.Refused, CommandRule.Final),
            (Operation.PauseJob, _) when isStopped => (CommandOutcome.AlreadySo, null),
            (Operation.CancelJob or Operation.PauseAndCancelJob, nameof(SyncJobStateMachine.Pausing)) => (CommandOutcome.AlreadySo, null),
            (Operation.CancelJob or Operation.PauseAndCancelJob or Operation.ForceCancelJob, nameof(SyncJobStateMachine.Canceling)) =>
                (CommandOutcome.AlreadySo, null),
            (Operation.CancelJob, nameof(SyncJobStateMachine.Processing) or nameof(SyncJobStateMachine.Collecting)) =>
                (CommandOutcome.Refused, CommandRule.PauseFirst),
            _ => (CommandOutcome.Refused, CommandRule.State),
        };
    }
}
