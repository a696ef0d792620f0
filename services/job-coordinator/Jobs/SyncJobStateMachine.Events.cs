using Headgate.Contracts.Comparing;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Fencing;
using Headgate.Contracts.Guards;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Jobs.Verbs;
using MassTransit;

namespace Headgate.JobCoordinator.Jobs;

public sealed partial class SyncJobStateMachine
{
    const int TriesForBirth = 4;

    /// <summary>Accepted, waits for its turn; the coordinator moves it on.</summary>
    public State Pending { get; private set; } = null!;

    /// <summary>Schemas are refreshed, records read into staging; the last staged segment moves it on.</summary>
    public State Initializing { get; private set; } = null!;

    /// <summary>Launched: the fence stands for it and batches are written; the last written segment and the fence move it on.</summary>
    public State Processing { get; private set; } = null!;

    /// <summary>Everything is written, the fence has moved on, counts are being verified; verification moves it on.</summary>
    public State Collecting { get; private set; } = null!;

    /// <summary>A stop was requested, batches in flight drain; the fence moves it on.</summary>
    public State Pausing { get; private set; } = null!;

    /// <summary>Nothing in flight, nothing can be written; an operator moves it on.</summary>
    public State Paused { get; private set; } = null!;

    /// <summary>A cancel was accepted, not yet confirmed; the fence moves it on.</summary>
    public State Canceling { get; private set; } = null!;

    /// <summary>The stop is confirmed. Final.</summary>
    public State Canceled { get; private set; } = null!;

    /// <summary>An error that could not be retried; nothing is in flight; an operator or the next due run moves it on.</summary>
    public State Failed { get; private set; } = null!;

    /// <summary>Done and verified. Final.</summary>
    public State Completed { get; private set; } = null!;

    /// <summary>Ended for good. Final.</summary>
    public State Discarded { get; private set; } = null!;

    public Event<AcceptJob> Accepted { get; private set; } = null!;

    public Event<BeginJob> TurnCame { get; private set; } = null!;

    public Event<PauseJob> PauseAsked { get; private set; } = null!;

    public Event<ResumeJob> ResumeAsked { get; private set; } = null!;

    public Event<CancelJob> CancelAsked { get; private set; } = null!;

    public Event<RestartJob> RestartAsked { get; private set; } = null!;

    public Event<DiscardJob> DiscardAsked { get; private set; } = null!;

    public Event<AbandonJob> AbandonAsked { get; private set; } = null!;

    public Event<SupersedeJob> SupersedeAsked { get; private set; } = null!;

    public Event<JobPrepared> Prepared { get; private set; } = null!;

    public Event<RecordsCompared> Compared { get; private set; } = null!;

    public Event<JudgeJob> JudgeAsked { get; private set; } = null!;

    public Event<GuardDue> GuardCame { get; private set; } = null!;

    public Event<SegmentExtracted> SegmentStaged { get; private set; } = null!;

    public Event<SnapshotLost> SnapshotGone { get; private set; } = null!;

    public Event<SegmentLost> SegmentGone { get; private set; } = null!;

    public Event<SchemaChangesApplied> Shaped { get; private set; } = null!;

    public Event<SegmentLoaded> SegmentWritten { get; private set; } = null!;

    public Event<ObjectsFinished> Tidied { get; private set; } = null!;

    public Event<JobProgressed> Progressed { get; private set; } = null!;

    public Event<StepFailed> StepBroke { get; private set; } = null!;

    public Event<FenceMoved> FenceStands { get; private set; } = null!;

    public Event<FenceDelayed> FenceWaits { get; private set; } = null!;

    public Event<JobVerified> Verified { get; private set; } = null!;

    public Event<ReconcileJob> StallSeen { get; private set; } = null!;

    public Event<JobDeadlineElapsed> DeadlineCame { get; private set; } = null!;

    void CorrelateEvents()
    {
        Event(() => Accepted, accepted =>
        {
            accepted.CorrelateById(context => context.Message.JobId);
            accepted.InsertOnInitial = true;
            accepted.SetSagaFactory(context => JobBirth.Of(context.Message));
        });
        Event(() => TurnCame, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.Discard()); });
        Event(() => PauseAsked, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.ExecuteAsync(AnswerMissing)); });
        Event(() => ResumeAsked, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.ExecuteAsync(AnswerMissing)); });
        Event(() => CancelAsked, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.ExecuteAsync(AwaitBirth)); });
        Event(() => RestartAsked, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.ExecuteAsync(AnswerMissing)); });
        Event(() => DiscardAsked, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.ExecuteAsync(AnswerMissing)); });
        Event(() => AbandonAsked, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.ExecuteAsync(AnswerMissing)); });
        Event(() => SupersedeAsked, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.Discard()); });
        Event(() => Prepared, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.Discard()); });
        Event(() => Compared, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.Discard()); });
        Event(() => JudgeAsked, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.Discard()); });
        Event(() => GuardCame, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.Discard()); });
        Event(() => SegmentStaged, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.Discard()); });
        Event(() => SnapshotGone, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.Discard()); });
        Event(() => SegmentGone, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.Discard()); });
        Event(() => Shaped, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.Discard()); });
        Event(() => SegmentWritten, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.Discard()); });
        Event(() => Tidied, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.Discard()); });
        Event(() => Progressed, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.Discard()); });
        Event(() => StepBroke, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.Discard()); });
        Event(() => FenceStands, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.Discard()); });
        Event(() => FenceWaits, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.Discard()); });
        Event(() => Verified, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.Discard()); });
        Event(() => StallSeen, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.Discard()); });
        Event(() => DeadlineCame, of => { of.CorrelateById(context => context.Message.JobId); of.OnMissingInstance(missing => missing.Discard()); });
    }

    /// <summary>A final state: commands are answered, late messages ignored.</summary>
    EventActivities<SyncJob>[] Ended(string how) =>
    [
        When(PauseAsked).Refuse($"the job is {how}", CommandRule.Final),
        When(ResumeAsked).Refuse($"the job is {how}", CommandRule.Final),
        When(CancelAsked).Refuse($"the job is {how}", CommandRule.Final),
        When(RestartAsked).Refuse($"the job is {how}", CommandRule.Final),
        When(DiscardAsked).Refuse($"the job is {how}", CommandRule.Final),
        When(AbandonAsked).Refuse($"the job is {how}", CommandRule.Final),
        When(SupersedeAsked).StartSuccessor(),
        Ignore(Accepted), Ignore(TurnCame), Ignore(Prepared), Ignore(SegmentStaged), Ignore(SnapshotGone),
        Ignore(SegmentGone), Ignore(Shaped), Ignore(SegmentWritten), Ignore(Tidied), Ignore(Progressed), Ignore(StepBroke), Ignore(FenceStands),
        Ignore(FenceWaits), Ignore(Verified), Ignore(StallSeen), Ignore(DeadlineCame), Ignore(Compared), Ignore(JudgeAsked), Ignore(GuardCame),
    ];

    // A run that takes a job's place may overtake the message that makes the job: the lane tries again, for seconds and no longer, since stops of
    // other jobs are behind it. Where the job comes later still, as the broker has lost the message, the reconciler sends the cancel again.
    static Task AwaitBirth(ConsumeContext<CancelJob> context) => context.Message.SuccessorId switch
    {
        null => AnswerMissing(context),
        _ when context.GetRetryAttempt() < TriesForBirth => throw new JobNotBornException(context.Message.JobId),
        _ => Task.CompletedTask,
    };

    static Task AnswerMissing<T>(ConsumeContext<T> context)
        where T : class =>
        Answering.RespondAsync(context, new CommandAnswered
        {
            JobId = context.CorrelationId ?? Guid.Empty,
            Outcome = CommandOutcome.Refused,
            State = "Missing",
            Sentence = "There is no such job.",
            Rule = CommandRule.Missing,
        });
}
