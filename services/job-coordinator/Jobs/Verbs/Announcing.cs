using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Jobs.Work;
using Headgate.JobCoordinator.Obligations;
using MassTransit;

namespace Headgate.JobCoordinator.Jobs.Verbs;

/// <summary>What must leave because of a transition: an obligation row in its transaction.</summary>
static class Announcing
{
    /// <summary>Owes the world an event.</summary>
    public static EventActivityBinder<SyncJob, T> Announce<T>(this EventActivityBinder<SyncJob, T> binder, Func<SyncJob, DateTimeOffset, object> notice)
        where T : class =>
        binder.ThenAsync(context =>
        {
            context.Owe(notice(context.Saga, context.Now()), lane: null);
            return TaskWork.FollowAsync(context);
        });

    /// <summary>Owes the world, and whom the pipeline's file wants told, word of a failure.</summary>
    public static EventActivityBinder<SyncJob, T> AnnounceFailure<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.ThenAsync(async context =>
        {
            await context.OweNoticeAsync(Notices.Failed);
            await TaskWork.FollowAsync(context);
        });

    /// <summary>
    /// Owes the workers word that the job holds nothing any more; staged records stay as long as the job can go on. A dry run that has failed
    /// begins anew, whoever resumes it: nobody may come back to it, and no run takes its place.
    /// </summary>
    public static EventActivityBinder<SyncJob, T> Release<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.Then(context => context.OweRelease(
            staging: context.Saga is { Kind: JobKind.DryRun, CurrentState: nameof(SyncJobStateMachine.Failed) }));

    public static void OweRelease(this BehaviorContext<SyncJob> context, bool staging) => context.Owe(
        new ReleaseJob
        {
            JobId = context.Saga.CorrelationId,
            Attempt = context.Saga.Attempt,
            Epoch = context.Saga.Epoch,
            Staging = staging,
            // What a dry run has found is to be looked at afterwards, unless somebody throws it away; of one that was canceled nothing is shown.
            Samples = context.Saga is
            {
                Kind: JobKind.DryRun,
                CurrentState: nameof(SyncJobStateMachine.Discarded) or nameof(SyncJobStateMachine.Canceled),
            },
        },
        Hosting.Bus.Lanes.Prepare);

    /// <summary>
    /// Owes the world an event, and the notifier the same with whom to tell, on its own lane: anybody who may read events would see addresses
    /// and names of secrets otherwise. The notifier's is owed until it has kept it, and nobody else hears it again for that.
    /// </summary>
    public static async Task OweNoticeAsync(
        this BehaviorContext<SyncJob> context, Func<SyncJob, DateTimeOffset, NotifyDefinition?, object> notice)
    {
        context.Owe(notice(context.Saga, context.Now(), null), lane: null);
        // Whoever asked for a dry run looks at it; nobody else is told.
        if (context.Saga.Kind == JobKind.DryRun) return;
        var notify = await PipelineWork.NotifyAsync(context.Db(), context.Saga);
        if ((notify.Email ?? notify.Webhook) is null) return;
        context.Owe(notice(context.Saga, context.Now(), notify), Hosting.Bus.Lanes.Notices);
    }

    public static void Owe(this BehaviorContext<SyncJob> context, object message, string? lane) =>
        context.Owe(context.Saga.CorrelationId, message, lane);

    /// <summary>Owes what another job is about.</summary>
    public static void Owe(this BehaviorContext<SyncJob> context, Guid job, object message, string? lane) =>
        context.Db().Obligations.Add(Obligation.Of(job, message, lane, context.Now()));
}
