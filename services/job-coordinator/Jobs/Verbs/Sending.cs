using Headgate.Contracts.Extraction;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Repairs;
using Headgate.Hosting.Bus;
using Headgate.JobCoordinator.Jobs.Work;
using MassTransit;

namespace Headgate.JobCoordinator.Jobs.Verbs;

/// <summary>Puts on their way the commands that the job's state implies. They leave after the commit, by the outbox around the saga.</summary>
static class Sending
{
    /// <summary>How long until a fence that could not be moved is tried again, and a step that somebody else holds up.</summary>
    public static readonly TimeSpan FenceRetry = TimeSpan.FromSeconds(3);

    /// <summary>How long until a pending job asks again whether there is room.</summary>
    static readonly TimeSpan TurnRetry = TimeSpan.FromSeconds(2);

    /// <summary>How much longer a preparation may take than any other step.</summary>
    const int PreparationFactor = 3;

    /// <summary>What has become due with a transition: the phase's own command, and the next segments.</summary>
    public static EventActivityBinder<SyncJob, T> SendImplied<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.ThenAsync(async context =>
        {
            Deadlines.NoteMovement(context);
            await SendAsync(context, [.. await ImpliedCommands.OfPhaseAsync(context), .. await ImpliedCommands.NextSegmentsAsync(context)]);
            await TaskWork.FollowAsync(context);
        });

    /// <summary>The next segments, as far as there is room.</summary>
    public static EventActivityBinder<SyncJob, T> SendNext<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.ThenAsync(async context =>
        {
            Deadlines.NoteMovement(context);
            await SendAsync(context, await ImpliedCommands.NextSegmentsAsync(context));
        });

    /// <summary>Everything that must be on its way, again: it may have been lost between a commit and its sending, or in the broker.</summary>
    public static EventActivityBinder<SyncJob, T> SendAgain<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.ThenAsync(async context => await SendAsync(
            context,
            [
                .. await ImpliedCommands.OfPhaseAsync(context),
                .. await ImpliedCommands.SegmentsInHandAsync(context),
                .. await ImpliedCommands.NextSegmentsAsync(context),
            ]));

    /// <summary>Tells the workers that nothing of an older epoch counts any more; whoever does not hear it finds out by the fence.</summary>
    public static EventActivityBinder<SyncJob, T> StopWorkers<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.ThenAsync(PublishStopAsync);

    static Task PublishStopAsync(BehaviorContext<SyncJob> context) => context.Publish(new JobStopping
    {
        JobId = context.Saga.CorrelationId,
        Epoch = context.Saga.Epoch,
        Force = context.Saga.Mode == CancelMode.Force,
    });

    static async Task SendAsync(BehaviorContext<SyncJob> context, IReadOnlyList<ImpliedCommand> commands)
    {
        var patience = context.Saga.CurrentState == nameof(SyncJobStateMachine.Pending) ? TurnRetry : context.Options().StallAfter;
        // Checks of keys and filters can take most of a minute for each object.
        if (commands.Any(command => command.Message is PrepareJob or PrepareRepair)) patience *= PreparationFactor;
        // While it is being stopped no segment is tried again, and whoever commanded it waits: not a statement more than it needs.
        var retry = context.Saga.Phase == JobPhase.Stopping ? null : await FailureWork.EarliestRetryAsync(context.Db(), context.Saga);
        context.Saga.WakeAt = retry ?? context.Now() + patience;
        foreach (var command in commands)
        {
            var endpoint = await context.GetSendEndpoint(Lanes.Address(command.Lane));
            await endpoint.Send(command.Message, command.Message.GetType());
        }

        // After what confirms the stop: they leave one after the other, and the first that fails keeps back those behind it.
        if (context.Saga.Phase == JobPhase.Stopping) await PublishStopAsync(context);
    }
}
