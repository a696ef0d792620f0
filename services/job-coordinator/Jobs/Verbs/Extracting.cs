using Headgate.Contracts.Extraction;
using Headgate.Contracts.Loading;
using Headgate.JobCoordinator.Jobs.Work;
using MassTransit;

namespace Headgate.JobCoordinator.Jobs.Verbs;

/// <summary>Planning and staging.</summary>
static class Extracting
{
    public static EventActivityBinder<SyncJob, JobPrepared> RecordPlan(this EventActivityBinder<SyncJob, JobPrepared> binder) =>
        binder.ThenAsync(async context =>
        {
            (context.Saga.Tries, context.Saga.WaitingFor) = (0, null);
            context.Saga.DestinationRole = context.Message.DestinationRole;
            await ExtractionWork.RecordPlanAsync(context.Db(), context.Saga, context.Message);
            await TaskWork.FollowAsync(context);
        });

    public static EventActivityBinder<SyncJob, SegmentExtracted> Seal(this EventActivityBinder<SyncJob, SegmentExtracted> binder) =>
        binder.ThenAsync(context => ExtractionWork.SealAsync(context.Db(), context.Saga, context.Message));

    public static EventActivityBinder<SyncJob, SnapshotLost> PlanAnew(this EventActivityBinder<SyncJob, SnapshotLost> binder) =>
        binder.ThenAsync(context => ExtractionWork.PlanAnewAsync(context.Db(), context.Saga, context.Message.ObjectNo));

    /// <summary>Of a rollback, whose log does not change: that segment alone, and nobody who writes another one has to stop for it.</summary>
    public static EventActivityBinder<SyncJob, SegmentLost> ReadAgain(this EventActivityBinder<SyncJob, SegmentLost> binder) =>
        binder.ThenAsync(context => ExtractionWork.ReadAgainAsync(context.Db(), context.Saga, context.Message.ObjectNo, context.Message.SegmentNo));

    public static EventActivityBinder<SyncJob, SegmentLost> PlanAnew(this EventActivityBinder<SyncJob, SegmentLost> binder) =>
        binder.ThenAsync(context => ExtractionWork.PlanAnewAsync(context.Db(), context.Saga, context.Message.ObjectNo));
}
