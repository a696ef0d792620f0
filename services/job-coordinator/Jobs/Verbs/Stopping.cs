using Headgate.Contracts.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Jobs.Work;
using MassTransit;

namespace Headgate.JobCoordinator.Jobs.Verbs;

/// <summary>Stops: asked for, confirmed by the fence, or given up on.</summary>
static class Stopping
{
    static readonly string[] ResumableStates =
    [
        nameof(SyncJobStateMachine.Pending), nameof(SyncJobStateMachine.Initializing), nameof(SyncJobStateMachine.Processing),
        nameof(SyncJobStateMachine.Collecting),
    ];

    /// <summary>Asks the fence for a stop: nothing of an older epoch counts from here on.</summary>
    public static EventActivityBinder<SyncJob, T> Stop<T>(this EventActivityBinder<SyncJob, T> binder, StopIntent intent)
        where T : class =>
        binder.ThenAsync(async context =>
        {
            var job = context.Saga;
            Request(context, intent);
            if (IsUnderWay(job)) await StopWork.ChangeAsync(context.Db(), job);
            else StopWork.Begin(context.Db(), job, atOnce: false);
            job.Phase = JobPhase.Stopping;
        });

    /// <summary>A stop of a job that has nothing in flight: there is nothing to wait for.</summary>
    public static EventActivityBinder<SyncJob, T> StopAtOnce<T>(this EventActivityBinder<SyncJob, T> binder, StopIntent intent)
        where T : class =>
        binder.Then(context =>
        {
            Request(context, intent);
            StopWork.Begin(context.Db(), context.Saga, atOnce: true);
            Confirm(context);
        });

    /// <summary>A stop on its way ends in something else; the fence move already asked for serves it too.</summary>
    public static EventActivityBinder<SyncJob, T> TurnInto<T>(this EventActivityBinder<SyncJob, T> binder, StopIntent intent)
        where T : class =>
        binder.ThenAsync(context =>
        {
            context.RememberState();
            context.Saga.Intent = intent;
            // Once it is by force it stays so, whoever asks for less.
            if (context.Message is CancelJob cancel && context.Saga.Mode != CancelMode.Force) context.Saga.Mode = cancel.Mode;
            NoteRequest(context);
            return StopWork.ChangeAsync(context.Db(), context.Saga);
        });

    /// <summary>Drained: from here on it is the cancel, which the fence is asked for once more.</summary>
    public static EventActivityBinder<SyncJob, FenceMoved> GoOnToCancel(this EventActivityBinder<SyncJob, FenceMoved> binder) =>
        binder.Then(context => context.Saga.Epoch++);

    /// <summary>A stop on its way that is asked for anew, by force: from here on it is that of whoever asked for force.</summary>
    public static EventActivityBinder<SyncJob, CancelJob> Escalate(this EventActivityBinder<SyncJob, CancelJob> binder) =>
        binder.ThenAsync(context =>
        {
            context.RememberState();
            context.Saga.Epoch++;
            context.Saga.Mode = CancelMode.Force;
            NoteRequest(context);
            return StopWork.ChangeAsync(context.Db(), context.Saga);
        });

    public static EventActivityBinder<SyncJob, FenceMoved> ConfirmStop(this EventActivityBinder<SyncJob, FenceMoved> binder) =>
        binder.ThenAsync(async context =>
        {
            Confirm(context);
            // For whoever measures it when the state changes.
            if (await StopWork.ConfirmAsync(context.Db(), context.Saga) is { } confirmed) context.GetOrAddPayload(() => confirmed);
        });

    /// <summary>The destination is out of reach, so that nobody can tell whether writes still commit there: told once for each stop.</summary>
    public static EventActivityBinder<SyncJob, FenceDelayed> DoubtStop(this EventActivityBinder<SyncJob, FenceDelayed> binder) =>
        binder.ThenAsync(async context =>
        {
            if (!context.Message.IsUnreachable) return;
            var job = context.Saga;
            job.WaitingFor = $"Stop unconfirmed: {context.Message.Waiting}";
            if (job.StopDoubtedAt is not null) return;
            job.StopDoubtedAt = context.Now();
            context.Owe(Notices.Unconfirmed(job, context.Now(), await PipelineWork.NotifyAsync(context.Db(), job)), lane: null);
        });

    public static EventActivityBinder<SyncJob, AbandonJob> Abandon(this EventActivityBinder<SyncJob, AbandonJob> binder) =>
        binder.ThenAsync(context =>
        {
            context.RememberState();
            context.Saga.StopUnconfirmed = true;
            NoteRequest(context);
            return StopWork.AbandonAsync(context.Db(), context.Saga);
        });

    /// <summary>The fence could be moved after all: the job's tables are nobody's but their next pipeline's.</summary>
    public static EventActivityBinder<SyncJob, FenceMoved> ConfirmAbandoned(this EventActivityBinder<SyncJob, FenceMoved> binder) =>
        binder.ThenAsync(context =>
        {
            context.Saga.StopUnconfirmed = false;
            Confirm(context);
            return StopWork.ConfirmAsync(context.Db(), context.Saga);
        });

    /// <summary>The successor's start is owed by the transaction that ends this job.</summary>
    public static EventActivityBinder<SyncJob, SupersedeJob> Supersede(this EventActivityBinder<SyncJob, SupersedeJob> binder) =>
        binder.Then(context =>
        {
            Request(context, StopIntent.Discard);
            StopWork.Begin(context.Db(), context.Saga, atOnce: true);
            Confirm(context);
            context.Owe(context.Message.Successor, Hosting.Bus.Lanes.JobCommands);
        });

    /// <summary>The job has ended by itself in the meantime: nothing is in the successor's way.</summary>
    public static EventActivityBinder<SyncJob, SupersedeJob> StartSuccessor(this EventActivityBinder<SyncJob, SupersedeJob> binder) =>
        binder.Then(context => context.Owe(context.Message.Successor, Hosting.Bus.Lanes.JobCommands));

    /// <summary>Somebody resumed the job in the meantime: it keeps the pipeline, and the run that came due is skipped.</summary>
    public static EventActivityBinder<SyncJob, SupersedeJob> KeepPipeline(this EventActivityBinder<SyncJob, SupersedeJob> binder) =>
        binder.ThenAsync(context => PipelineWork.KeepAsync(context.Db(), context.Saga, context.Message.Successor));

    static void Request<T>(BehaviorContext<SyncJob, T> context, StopIntent intent)
        where T : class
    {
        context.RememberState();
        var job = context.Saga;
        RunningTime.End(job, context.Now());
        job.Epoch++;
        job.Tries = 0;
        job.WaitingFor = null;
        if (ResumableStates.Contains(job.CurrentState)) job.ResumeTo = job.CurrentState;
        job.Intent = intent;
        job.Mode = context.Message switch
        {
            CancelJob cancel => cancel.Mode,
            DiscardJob => CancelMode.Force,
            _ => null,
        };
        NoteRequest(context);
        job.StopConfirmedAt = null;
        // One stop that turns into another, or into force, is doubted once.
        if (!IsUnderWay(job)) job.StopDoubtedAt = null;
    }

    // A stop is that of the command that holds now; earlier ones are in the record of commands.
    static void NoteRequest<T>(BehaviorContext<SyncJob, T> context)
        where T : class
    {
        var job = context.Saga;
        (job.StopActor, job.StopReason) = Answering.Origin(context.Message);
        job.StopRequestedAt = RequestedAt(context.Message, context.Now());
        job.StopCause = context.Message switch
        {
            SupersedeJob => StopCause.Superseded,
            DiscardJob { SubjectGone: true } => StopCause.SubjectGone,
            _ => StopCause.Command,
        };
        Deadlines.OfStop(job);
    }

    // When the call came, and not when its turn came; a clock that runs ahead does not make a stop shorter than none.
    static DateTimeOffset RequestedAt<T>(T message, DateTimeOffset now)
    {
        var asked = message switch
        {
            PauseJob command => command.AskedAt,
            CancelJob command => command.AskedAt,
            DiscardJob command => command.AskedAt,
            _ => null,
        };
        return asked < now ? asked.Value : now;
    }

    static bool IsUnderWay(SyncJob job) => job.CurrentState is nameof(SyncJobStateMachine.Pausing) or nameof(SyncJobStateMachine.Canceling);

    static void Confirm(BehaviorContext<SyncJob> context)
    {
        context.Saga.StopConfirmedAt = context.Now();
        context.Saga.Phase = JobPhase.None;
        (context.Saga.WakeAt, context.Saga.StopDoubtedAt) = (null, null);
        Deadlines.Clear(context.Saga);
    }
}
