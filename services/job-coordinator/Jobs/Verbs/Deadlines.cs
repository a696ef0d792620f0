using System.Globalization;
using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs.Work;
using MassTransit;
using Operation = Headgate.V1.Operation;

namespace Headgate.JobCoordinator.Jobs.Verbs;

/// <summary>By when a stop is to be confirmed, and a running job to have moved again; and what happens when it was not.</summary>
static class Deadlines
{
    const string StallBegins = "Nothing has moved for ";

    /// <summary>
    /// A running job has entered a state or a phase, a segment of it is done, or it has written more: the time that it may stand still
    /// begins again. Of any other job nothing changes.
    /// </summary>
    public static void NoteMovement(BehaviorContext<SyncJob> context)
    {
        var job = context.Saga;
        if (job.CurrentState is not (nameof(SyncJobStateMachine.Initializing) or nameof(SyncJobStateMachine.Processing)
            or nameof(SyncJobStateMachine.Collecting))) return;
        (job.DeadlineAt, job.DeadlineToldAt) = (context.Now() + context.Options().StallAlert, null);
        if (job.WaitingFor?.StartsWith(StallBegins, StringComparison.Ordinal) == true) job.WaitingFor = null;
    }

    /// <summary>Of a stop, from when it was asked for.</summary>
    public static void OfStop(SyncJob job) => (job.DeadlineAt, job.DeadlineToldAt) = (job.StopRequestedAt + job.DrainDeadline, null);

    public static void Clear(SyncJob job) => (job.DeadlineAt, job.DeadlineToldAt) = (null, null);

    /// <summary>Says what is waited for, and owes the alert: once for each stop, and for each time that a run stands still.</summary>
    public static EventActivityBinder<SyncJob, JobDeadlineElapsed> AlertDeadline(
        this EventActivityBinder<SyncJob, JobDeadlineElapsed> binder, bool escalated) =>
        binder.ThenAsync(async context =>
        {
            var job = context.Saga;
            job.WaitingFor ??= WaitsFor(job, context.Options().StallAlert);
            var notify = await PipelineWork.NotifyAsync(context.Db(), job);
            context.Owe(Notices.DeadlinePassed(job, context.Now(), job.DeadlineAt!.Value, escalated, notify), lane: null);
            Clear(job);
        });

    /// <summary>What a stop is to end in stays as it is; force has the same time, and nothing comes after it.</summary>
    public static EventActivityBinder<SyncJob, JobDeadlineElapsed> EscalateByItself(this EventActivityBinder<SyncJob, JobDeadlineElapsed> binder) =>
        binder.ThenAsync(context =>
        {
            var (job, now) = (context.Saga, context.Now());
            job.StopReason = $"The stop by {job.StopActor} was not confirmed by its deadline, and the pipeline says that it goes on by force then"
                + (string.IsNullOrEmpty(job.StopReason) ? "." : $" ({job.StopReason}).");
            (job.StopActor, job.StopCause, job.StopRequestedAt, job.Mode) = ("headgate", StopCause.Deadline, now, CancelMode.Force);
            job.Epoch++;
            OfStop(job);
            context.Db().JobCommands.Add(new JobCommand
            {
                JobId = job.CorrelationId,
                Command = nameof(JobDeadlineElapsed),
                Operation = OperationOf(job.Intent).ToString(),
                Actor = job.StopActor,
                Reason = job.StopReason,
                MessageId = context.MessageId,
                StateBefore = job.CurrentState,
                StateAfter = job.CurrentState,
                Outcome = CommandOutcome.Accepted,
                Sentence = $"{job.CurrentState} by force now: batches in flight are rolled back.",
                At = now,
            });
            return StopWork.ChangeAsync(context.Db(), job);
        });

    static Operation OperationOf(StopIntent? intent) => intent switch
    {
        StopIntent.Cancel => Operation.ForceCancelJob,
        StopIntent.Discard => Operation.DiscardJob,
        _ => Operation.PauseJob,
    };

    static string WaitsFor(SyncJob job, TimeSpan stall) => job.Phase switch
    {
        JobPhase.Stopping => "The destination's fence, which alone confirms a stop, has not answered yet.",
        JobPhase.Extracting => Stalled("records are being read", stall),
        JobPhase.Judging => Stalled("a sample of the records is compared with the destination", stall),
        JobPhase.Launching => Stalled("the destination's fence is being opened", stall),
        JobPhase.Shaping => Stalled("the destination's tables are being changed", stall),
        JobPhase.Loading => Stalled("records are being written", stall),
        JobPhase.Finishing => Stalled("rows that vanished are looked for, or new tables take the place of old ones", stall),
        JobPhase.Closing => Stalled("the destination's fence is being moved on", stall),
        _ => Stalled("what was written is being verified", stall),
    };

    static string Stalled(string what, TimeSpan stall) =>
        string.Create(CultureInfo.InvariantCulture, $"{StallBegins}{stall.TotalMinutes:0.##} min while {what}.");
}
