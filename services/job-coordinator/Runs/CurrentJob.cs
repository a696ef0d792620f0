using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Runs;

/// <summary>The job that claimed the pipeline last.</summary>
sealed record CurrentJob(string? State, int PipelineVersion, string? ResumeTo, int Epoch, JobKind? Kind)
{
    static readonly string[] ActiveStates =
    [
        nameof(SyncJobStateMachine.Pending), nameof(SyncJobStateMachine.Initializing), nameof(SyncJobStateMachine.Processing),
        nameof(SyncJobStateMachine.Pausing), nameof(SyncJobStateMachine.Paused), nameof(SyncJobStateMachine.Canceling),
    ];

    public static readonly CurrentJob None = new(nameof(SyncJobStateMachine.Completed), 0, null, 0, null);

    /// <summary>A claimed job whose row is not there yet is on its way. One that was stopped while collecting leaves the pipeline free.</summary>
    public bool IsActive => State is null || (ActiveStates.Contains(State) && ResumeTo != nameof(SyncJobStateMachine.Collecting));

    /// <summary>A repair that has failed waits for somebody: a run over it would write what it was putting back.</summary>
    public bool IsFailedRepair => State == nameof(SyncJobStateMachine.Failed) && Kind is { } kind && kind.IsRepair();

    /// <summary>Why nothing else starts meanwhile.</summary>
    public string RepairFailed(Guid job) => $"Job {job}, a {(Kind == JobKind.Replay ? "replay" : "rollback")} of the pipeline, has failed: "
        + "resume or restart it, or cancel or discard it, before anything else starts.";

    public static async Task<CurrentJob> FindAsync(CoordinatorDbContext db, Guid id) =>
        await db.Jobs.AsNoTracking().Where(job => job.CorrelationId == id)
            .Select(job => new CurrentJob(job.CurrentState, job.PipelineVersion, job.ResumeTo, job.Epoch, job.Kind)).SingleOrDefaultAsync()
        ?? new CurrentJob(null, 0, null, 0, null);
}
