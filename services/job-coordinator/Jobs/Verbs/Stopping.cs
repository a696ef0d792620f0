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
        binder.Then(context =>
        {
            Request(context, intent);
            context.Saga.Phase = JobPhase.Stopping;
        });

    /// <summary>A stop of a job that has nothing in flight: there is nothing to wait for.</summary>
    public static EventActivityBinder<SyncJob, T> StopAtOnce<T>(this EventActivityBinder<SyncJob, T> binder, StopIntent intent)
        where T : class =>
        binder.Then(context =>
        {
            Request(context, intent);
            Confirm(context);
        });

    /// <summary>A stop on its way ends in something else; the fence move already asked for serves it too.</summary>
    public static EventActivityBinder<SyncJob, T> TurnInto<T>(this EventActivityBinder<SyncJob, T> binder, StopIntent intent)
        where T : class =>
        binder.Then(context =>
        {
            context.RememberState();
            context.Saga.Intent = intent;
            if (context.Message is CancelJob cancel) context.Saga.Mode = cancel.Mode;
            NoteRequest(context);
        });

    /// <summary>A stop on its way that is asked for anew, by force: from here on it is that of whoever asked for force.</summary>
    public static EventActivityBinder<SyncJob, CancelJob> Escalate(this EventActivityBinder<SyncJob, CancelJob> binder) =>
        binder.Then(context =>
        {
            context.RememberState();
            context.Saga.Epoch++;
            context.Saga.Mode = CancelMode.Force;
            NoteRequest(context);
        });

    public static EventActivityBinder<SyncJob, FenceMoved> ConfirmStop(this EventActivityBinder<SyncJob, FenceMoved> binder) =>
        binder.Then(Confirm);

    public static EventActivityBinder<SyncJob, AbandonJob> Abandon(this EventActivityBinder<SyncJob, AbandonJob> binder) =>
        binder.Then(context =>
        {
            context.RememberState();
            context.Saga.StopUnconfirmed = true;
            NoteRequest(context);
        });

    /// <summary>The fence could be moved after all: the job's tables are nobody's but their next pipeline's.</summary>
    public static EventActivityBinder<SyncJob, FenceMoved> ConfirmAbandoned(this EventActivityBinder<SyncJob, FenceMoved> binder) =>
        binder.Then(context =>
        {
            context.Saga.StopUnconfirmed = false;
            Confirm(context);
        });

    /// <summary>The successor's start is owed by the transaction that ends this job.</summary>
    public static EventActivityBinder<SyncJob, SupersedeJob> Supersede(this EventActivityBinder<SyncJob, SupersedeJob> binder) =>
        binder.Then(context =>
        {
            Request(context, StopIntent.Discard);
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
    }

    // A stop is that of the command that holds now; earlier ones are in the record of commands.
    static void NoteRequest<T>(BehaviorContext<SyncJob, T> context)
        where T : class
    {
        (context.Saga.StopActor, context.Saga.StopReason) = Answering.Origin(context.Message);
        context.Saga.StopRequestedAt = context.Now();
    }

    static void Confirm(BehaviorContext<SyncJob> context)
    {
        context.Saga.StopConfirmedAt = context.Now();
        context.Saga.Phase = JobPhase.None;
        context.Saga.WakeAt = null;
    }
}
