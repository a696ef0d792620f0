using Headgate.Contracts.Loading;
using Headgate.JobCoordinator.Jobs.Work;
using MassTransit;

namespace Headgate.JobCoordinator.Jobs.Verbs;

/// <summary>What the workers report of segments they write.</summary>
static class Loading
{
    public static EventActivityBinder<SyncJob, SegmentLoaded> RecordLoaded(this EventActivityBinder<SyncJob, SegmentLoaded> binder) =>
        binder.ThenAsync(context => LoadingWork.RecordLoadedAsync(context.Db(), context.Saga, context.Message));

    public static EventActivityBinder<SyncJob, JobProgressed> RecordProgress(this EventActivityBinder<SyncJob, JobProgressed> binder) =>
        binder.ThenAsync(async context =>
        {
            var (before, vanished) = (context.Saga.Written, context.Saga.Vanished);
            await FinishingWork.RecordProgressAsync(context.Db(), context.Saga, context.Message);
            // What stood in the way of a step that goes on for hours has passed.
            if (context.Saga.Vanished > vanished) context.Saga.Tries = 0;
            var retry = await LoadingWork.RecordProgressAsync(context.Db(), context.Saga, context.Message);
            if (context.Saga.Written > before || context.Saga.Phase == JobPhase.Finishing) Deadlines.NoteMovement(context);
            context.Saga.WakeAt = retry ?? context.Now() + context.Options().StallAfter;
        });
}
