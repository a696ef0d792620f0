using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Reading;

/// <summary>Groups of states, as the database tells them apart.</summary>
static class JobStates
{
    /// <summary>Not final: finished_at is not set.</summary>
    public static readonly string[] Open =
    [
        nameof(SyncJobStateMachine.Pending), nameof(SyncJobStateMachine.Initializing), nameof(SyncJobStateMachine.Processing),
        nameof(SyncJobStateMachine.Collecting), nameof(SyncJobStateMachine.Pausing), nameof(SyncJobStateMachine.Paused),
        nameof(SyncJobStateMachine.Canceling), nameof(SyncJobStateMachine.Failed),
    ];

    /// <summary>Final.</summary>
    public static readonly string[] Ended =
        [nameof(SyncJobStateMachine.Canceled), nameof(SyncJobStateMachine.Completed), nameof(SyncJobStateMachine.Discarded)];

    /// <summary>States that say how far a job has come.</summary>
    public static readonly string[] Running =
    [
        nameof(SyncJobStateMachine.Pending), nameof(SyncJobStateMachine.Initializing), nameof(SyncJobStateMachine.Processing),
        nameof(SyncJobStateMachine.Collecting),
    ];

    /// <summary>States of which a pipeline has at most one job.</summary>
    public static readonly string[] Active =
    [
        nameof(SyncJobStateMachine.Pending), nameof(SyncJobStateMachine.Initializing), nameof(SyncJobStateMachine.Processing),
        nameof(SyncJobStateMachine.Pausing), nameof(SyncJobStateMachine.Paused), nameof(SyncJobStateMachine.Canceling),
    ];

    /// <summary>Of a job as j: whether it is its pipeline's one active job. Written as the index one_active_job has it.</summary>
    public const string IsActive =
        """
        (j.state in ('Pending', 'Initializing', 'Processing', 'Pausing', 'Paused', 'Canceling') and j.resume_to is distinct from 'Collecting'
         and j.kind <> 'DryRun')
        """;
}
