using Headgate.Contracts.Jobs;

namespace Headgate.JobCoordinator.Jobs;

/// <summary>Which commands a state accepts; told to whoever is refused. A test holds it equal to what the state machine does.</summary>
static class CommandTable
{
    static readonly string[] Running = [nameof(PauseJob), nameof(CancelJob), nameof(DiscardJob)];
    static readonly string[] Standing = [nameof(ResumeJob), nameof(CancelJob), nameof(RestartJob), nameof(DiscardJob)];

    public static IReadOnlyList<string> AcceptedIn(string state) => state switch
    {
        nameof(SyncJobStateMachine.Pending) or nameof(SyncJobStateMachine.Initializing) => Running,
        nameof(SyncJobStateMachine.Processing) or nameof(SyncJobStateMachine.Collecting) => Running,
        nameof(SyncJobStateMachine.Pausing) => [nameof(CancelJob)],
        nameof(SyncJobStateMachine.Paused) or nameof(SyncJobStateMachine.Failed) => Standing,
        nameof(SyncJobStateMachine.Canceling) => [nameof(CancelJob), nameof(AbandonJob)],
        _ => [],
    };
}
