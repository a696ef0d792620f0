using System.Text.Json;
using Headgate.Contracts.Fencing;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Jobs.Work;
using Headgate.JobCoordinator.Pipelines;
using MassTransit;

namespace Headgate.JobCoordinator.Jobs.Verbs;

/// <summary>Launch, and the moves of the fence that belong to a job that runs.</summary>
static class Launching
{
    /// <summary>Mints the Request ID: from here on every cancel is a launched one.</summary>
    public static EventActivityBinder<SyncJob, T> Launch<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.ThenAsync(context =>
        {
            var job = context.Saga;
            job.RequestId ??= NewId.NextGuid();
            job.LaunchedAt ??= context.Now();
            job.Epoch++;
            job.Phase = JobPhase.Launching;
            return job.Kind.MovesOffsets() ? PipelineWork.ForgetOtherOffsetsAsync(context.Db(), job) : Task.CompletedTask;
        });

    /// <summary>
    /// An object is read again under another snapshot: the fence moves on, so that nobody who has a segment of the old one in hand
    /// writes it over the new. What is in hand of others is handed out again.
    /// </summary>
    public static EventActivityBinder<SyncJob, T> Relaunch<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.ThenAsync(context =>
        {
            context.Saga.Epoch++;
            context.Saga.Phase = JobPhase.Launching;
            return LoadingWork.ReturnInHandAsync(context.Db(), context.Saga);
        });

    public static EventActivityBinder<SyncJob, FenceMoved> RecordFence(this EventActivityBinder<SyncJob, FenceMoved> binder) =>
        binder.Then(context =>
        {
            context.Saga.WaitingFor = null;
            context.Saga.Destination = context.Message.Open ? context.Message.Destination : null;
            context.Saga.FenceCounts = context.Message.Open ? null : JsonSerializer.Serialize(context.Message.Counts, PipelineJson.Options);
            LoadingWork.RecordFence(context.Saga, context.Message.Counts);
            if (context.Saga.InDoubt > 0) context.Saga.DoubtsDueAt = context.Now();
        });

    public static EventActivityBinder<SyncJob, T> Shape<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.Then(context => context.Saga.Phase = JobPhase.Shaping);

    public static EventActivityBinder<SyncJob, SchemaChangesApplied> RecordShape(this EventActivityBinder<SyncJob, SchemaChangesApplied> binder) =>
        binder.ThenAsync(context =>
        {
            context.Saga.Phase = JobPhase.Loading;
            RunningTime.BeginLoading(context.Saga, context.Now());
            (context.Saga.Tries, context.Saga.WaitingFor) = (0, null);
            return LoadingWork.RecordShapeAsync(context.Db(), context.Saga, context.Message);
        });

    /// <summary>Everything is written: move the fence on, so that nothing more can be.</summary>
    public static EventActivityBinder<SyncJob, T> Close<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.Then(context =>
        {
            RunningTime.EndLoading(context.Saga, context.Now());
            context.Saga.Epoch++;
            context.Saga.Phase = JobPhase.Closing;
        });

    public static EventActivityBinder<SyncJob, FenceMoved> Verify(this EventActivityBinder<SyncJob, FenceMoved> binder) =>
        binder.Then(context => context.Saga.Phase = JobPhase.Verifying);

    public static EventActivityBinder<SyncJob, JobVerified> CommitOffsets(this EventActivityBinder<SyncJob, JobVerified> binder) =>
        binder.ThenAsync(async context =>
        {
            if (!context.Saga.Kind.MovesOffsets()) return;
            await PipelineWork.CommitOffsetsAsync(context.Db(), context.Saga);
            await PipelineWork.NoteCompletedAsync(context.Db(), context.Saga);
            RunningTime.End(context.Saga, context.Now());
            await GuardWork.KeepHistoryAsync(context.Db(), context.Saga, context.Now(), context.CancellationToken);
        });

    public static EventActivityBinder<SyncJob, FenceDelayed> NoteWaiting(this EventActivityBinder<SyncJob, FenceDelayed> binder) =>
        binder.Then(context =>
        {
            context.Saga.WaitingFor = context.Message.Waiting;
            context.Saga.WakeAt = context.Now() + Sending.FenceRetry;
        });
}
