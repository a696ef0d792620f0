using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Jobs.Verbs;
using MassTransit;
using static Headgate.JobCoordinator.Jobs.JobConditions;

namespace Headgate.JobCoordinator.Jobs;

/// <summary>
/// The life of a job: the table in docs/job-lifecycle.md, state by state in the order of life. Every verb is an extension in Verbs/.
/// A state and its phase imply which commands must be on their way (ImpliedCommands); SendImplied sends them after the commit,
/// SendAgain when a duplicate or the reconciler asks.
/// </summary>
public sealed partial class SyncJobStateMachine : MassTransitStateMachine<SyncJob>
{
    public SyncJobStateMachine()
    {
        InstanceState(job => job.CurrentState);
        CorrelateEvents();

        Initially(
            When(Accepted).TransitionTo(Pending).SendImplied());

        During(Pending,
            When(Accepted).SendImplied(),
            When(TurnCame).Begin().TransitionTo(Initializing).Announce(Notices.Started).SendImplied(),
            When(PauseAsked).StopAtOnce(StopIntent.Pause).TransitionTo(Paused).Announce(Notices.Paused).Accept("Paused before its turn came."),
            When(ResumeAsked).Refuse("a pending job is waiting for its turn already"),
            When(CancelAsked).StopAtOnce(StopIntent.Cancel).TransitionTo(Canceled).Finish().Accept("Canceled before extraction began."),
            When(RestartAsked).Refuse("only a paused or failed job can be restarted"),
            When(DiscardAsked).StopAtOnce(StopIntent.Discard).TransitionTo(Discarded).Finish().Accept("Discarded before extraction began."),
            When(AbandonAsked).Refuse("only a stop that cannot be confirmed can be abandoned"),
            When(StallSeen).SendAgain(),
            When(SupersedeAsked).KeepPipeline(),
            Ignore(Prepared), Ignore(SegmentStaged), Ignore(SnapshotGone), Ignore(SegmentGone), Ignore(Shaped),
            Ignore(SegmentWritten), Ignore(Tidied), Ignore(Progressed), Ignore(StepBroke), Ignore(FenceStands), Ignore(FenceWaits), Ignore(Verified),
            Ignore(DeadlineCame), Ignore(Compared), Ignore(JudgeAsked), Ignore(GuardCame));

        During(Initializing,
            When(Prepared, IsCurrent).RecordPlan().IfElseAsync(EverythingIsBlocked,
                fail => fail.FailBlocked().TransitionTo(Failed).CountFailure().AnnounceFailure().StopWorkers().Release(),
                plan => plan.JudgePlan().IfElse(MustHold, hold => hold.Hold().TransitionTo(Paused).Announce(Notices.Paused).StopWorkers().Release(),
                    other => other.IfElse(MustCancel, cancel => cancel.CancelByGuard().TransitionTo(Canceling).SendImplied(),
                        read => read.SendNext().IfAsync(EverythingIsExtracted, judge => judge.BeginJudging().SendImplied())))),
            When(SegmentStaged, IsCurrent).Seal().JudgeCount().IfElse(MustHold, hold => hold.Hold().TransitionTo(Paused).Announce(Notices.Paused).StopWorkers().Release(),
                other => other.IfElse(MustCancel, cancel => cancel.CancelByGuard().TransitionTo(Canceling).SendImplied(),
                    read => read.SendNext().IfAsync(EverythingIsExtracted, judge => judge.BeginJudging().SendImplied()))),
            When(Compared, IsCompared).RecordFindings().IfElseAsync(IsFoundOut,
                found => found.TransitionTo(Completed).Finish(), more => more.SendImplied()),
            When(JudgeAsked, IsJudging).IfAsync(EverythingIsCompared, all => all.Judge().IfElse(MustHold, hold => hold.Hold().TransitionTo(Paused).Announce(Notices.Paused).StopWorkers().Release(),
                other => other.IfElse(MustCancel, cancel => cancel.CancelByGuard().TransitionTo(Canceling).SendImplied(),
                    launch => launch.Launch().TransitionTo(Processing).SendImplied()))),
            When(SegmentGone, IsCurrent).IfAsync(IsInHand, gone => gone.IfElseAsync(WasPlannedTooOften,
                fail => fail.GiveUpReading().TransitionTo(Failed).CountFailure().AnnounceFailure().StopWorkers().Release(),
                again => again.PlanAnew().ReadOn().SendImplied())),
            When(SnapshotGone, IsCurrent).IfAsync(IsInHand, gone => gone.IfElseAsync(WasPlannedTooOften,
                fail => fail.GiveUpReading().TransitionTo(Failed).CountFailure().AnnounceFailure().StopWorkers().Release(),
                again => again.PlanAnew().SendImplied())),
            When(GuardCame, IsCurrent).JudgeTime().IfElse(MustHold, hold => hold.Hold().TransitionTo(Paused).Announce(Notices.Paused).StopWorkers().Release(),
                other => other.If(MustCancel, cancel => cancel.CancelByGuard().TransitionTo(Canceling).SendImplied())),
            When(StepBroke, IsCurrent).IfAsync(IsAwaited, broken => broken.IfElseAsync(CanBeRetried, retry => retry.TryLater(),
                last => last.IfElse(IsOfSample, judge => judge.GoOnWithoutSample().SendImplied(),
                    fail => fail.Fail().TransitionTo(Failed).CountFailure().AnnounceFailure().StopWorkers().Release()))),
            When(PauseAsked).Stop(StopIntent.Pause).TransitionTo(Pausing).SendImplied().Accept("Pausing: extraction stops, the job can go on later."),
            When(ResumeAsked).Refuse("the job is running"),
            When(CancelAsked).Stop(StopIntent.Cancel).TransitionTo(Canceling).SendImplied()
                .Accept("Canceling before launch: no record of this attempt reaches the destination."),
            When(RestartAsked).Refuse("only a paused or failed job can be restarted"),
            When(DiscardAsked).Stop(StopIntent.Discard).TransitionTo(Canceling).SendImplied()
                .Accept("Canceling, then Discarded: no record of this attempt reaches the destination."),
            When(AbandonAsked).Refuse("only a stop that cannot be confirmed can be abandoned"),
            When(DeadlineCame, MustAlert).AlertDeadline(escalated: false),
            When(StallSeen).SendAgain(),
            When(SupersedeAsked).KeepPipeline(),
            Ignore(Accepted), Ignore(TurnCame), Ignore(Shaped), Ignore(SegmentWritten), Ignore(Tidied), Ignore(Progressed),
            Ignore(FenceStands), Ignore(FenceWaits), Ignore(Verified));

        During(Processing,
            When(FenceStands, Opened).RecordFence().Shape().SendImplied(),
            When(FenceStands, Closed).RecordFence().Verify().TransitionTo(Collecting).SendImplied(),
            When(FenceWaits, IsCurrent).NoteWaiting(),
            When(Shaped, IsCurrent).RecordShape().IfElseAsync(HasTooManyRejects,
                fail => fail.RefuseRejects().TransitionTo(Pausing).SendImplied(),
                load => load.SendImplied().IfAsync(EverythingIsLoaded, loaded => loaded.IfElseAsync(MustFinish,
                    finish => finish.FinishObjects().SendImplied(), close => close.Close().SendImplied()))),
            When(SegmentWritten, IsCurrent).RecordLoaded().JudgeRejects().IfElseAsync(MustPause, pause => pause.PauseByGuard().TransitionTo(Pausing).SendImplied(),
                other => other.IfElse(MustForce, force => force.CancelByGuard().TransitionTo(Canceling).SendImplied(),
                    written => written.IfElseAsync(HasTooManyRejects,
                        fail => fail.RefuseRejects().TransitionTo(Pausing).SendImplied(),
                        load => load.SendNext().IfAsync(EverythingIsLoaded, loaded => loaded.IfElseAsync(MustFinish,
                            finish => finish.FinishObjects().SendImplied(), close => close.Close().SendImplied()))))),
            When(Tidied, IsCurrent).RecordFinished().Close().SendImplied(),
            When(Progressed, IsCurrent).RecordProgress().JudgeRejects().IfElseAsync(MustPause, pause => pause.PauseByGuard().TransitionTo(Pausing).SendImplied(),
                other => other.If(MustForce, force => force.CancelByGuard().TransitionTo(Canceling).SendImplied())),
            When(GuardCame, IsCurrent).JudgeTime().IfElseAsync(MustPause, pause => pause.PauseByGuard().TransitionTo(Pausing).SendImplied(),
                other => other.If(MustForce, force => force.CancelByGuard().TransitionTo(Canceling).SendImplied())),
            When(SegmentGone, IsCurrent).IfAsync(IsInHand, gone => gone.IfElseAsync(WasPlannedTooOften,
                fail => fail.GiveUpReading().TransitionTo(Pausing).SendImplied(),
                again => again.IfElse(IsRollback, same => same.ReadAgain().SendNext(), anew => anew.PlanAnew().Relaunch().SendImplied().StopWorkers()))),
            When(Prepared, IsCurrent).RecordPlan().IfElseAsync(EverythingIsBlocked,
                fail => fail.FailBlocked().TransitionTo(Pausing).SendImplied(),
                plan => plan.JudgePlan().IfElseAsync(MustPause, pause => pause.PauseByGuard().TransitionTo(Pausing).SendImplied(),
                    other => other.IfElse(MustForce, force => force.CancelByGuard().TransitionTo(Canceling).SendImplied(),
                        shape => shape.Shape().SendImplied()))),
            When(SegmentStaged, IsCurrent).Seal().JudgeCount().IfElseAsync(MustPause, pause => pause.PauseByGuard().TransitionTo(Pausing).SendImplied(),
                other => other.IfElse(MustForce, force => force.CancelByGuard().TransitionTo(Canceling).SendImplied(),
                    read => read.IfElseAsync(MustJudgeLate, judge => judge.SendImplied(), next => next.SendNext()))),
            When(Compared, IsComparedLate).RecordFindings().SendImplied(),
            When(JudgeAsked, IsJudgingLate).IfAsync(MustJudgeLate, late => late.IfAsync(EverythingIsCompared, all => all.Judge()
                .IfElseAsync(MustPause, pause => pause.PauseByGuard().TransitionTo(Pausing).SendImplied(),
                    other => other.IfElse(MustForce, force => force.CancelByGuard().TransitionTo(Canceling).SendImplied(),
                        load => load.LoadJudged().SendNext())))),
            When(SnapshotGone, IsCurrent).IfAsync(IsInHand, gone => gone.IfElseAsync(WasPlannedTooOften,
                fail => fail.GiveUpReading().TransitionTo(Pausing).SendImplied(),
                again => again.PlanAnew().Relaunch().SendImplied().StopWorkers())),
            When(StepBroke, IsCurrent).IfAsync(IsAwaited, broken => broken.IfElseAsync(CanBeRetried, retry => retry.TryLater(),
                last => last.IfElse(IsOfSample, judge => judge.GoOnWithoutSample().SendImplied(),
                    fail => fail.Fail().TransitionTo(Pausing).SendImplied()))),
            When(PauseAsked).Stop(StopIntent.Pause).TransitionTo(Pausing).SendImplied()
                .Accept("Pausing: batches in flight commit, nothing new starts."),
            When(ResumeAsked).Refuse("the job is running"),
            When(CancelAsked, MustPauseFirst).Refuse("a launched job is paused before it is canceled; pause_first does both, force does not wait", CommandRule.PauseFirst),
            When(CancelAsked, MayPauseFirst).Stop(StopIntent.Cancel).TransitionTo(Pausing).SendImplied()
                .Accept("Pausing, then Canceling: batches in flight commit, nothing new starts."),
            When(CancelAsked, IsForce).IfElseAsync(MustAcceptDoubt, doubt => doubt.RefuseDoubt(),
                force => force.Stop(StopIntent.Cancel).TransitionTo(Canceling).SendImplied()
                    .Accept("Canceling by force: batches in flight are rolled back.")),
            When(RestartAsked).Refuse("only a paused or failed job can be restarted"),
            When(DiscardAsked).IfElseAsync(MustAcceptDoubt, doubt => doubt.RefuseDoubt(),
                force => force.Stop(StopIntent.Discard).TransitionTo(Canceling).SendImplied()
                    .Accept("Canceling by force, then Discarded: batches in flight are rolled back.")),
            When(AbandonAsked).Refuse("only a stop that cannot be confirmed can be abandoned"),
            When(DeadlineCame, MustAlert).AlertDeadline(escalated: false),
            When(StallSeen).SendAgain(),
            When(SupersedeAsked).KeepPipeline(),
            Ignore(Accepted), Ignore(TurnCame), Ignore(Verified));

        During(Collecting,
            When(Verified, IsCurrent).CommitOffsets().TransitionTo(Completed).Finish(),
            When(StepBroke, IsCurrent).IfAsync(IsAwaited, broken => broken.IfElseAsync(CanBeRetried, retry => retry.TryLater(),
                fail => fail.Fail().TransitionTo(Failed).CountFailure().AnnounceFailure().Release())),
            When(PauseAsked).StopAtOnce(StopIntent.Pause).TransitionTo(Paused).Announce(Notices.Paused)
                .Accept("Paused: everything is written, verification waits."),
            When(ResumeAsked).Refuse("the job is running"),
            When(CancelAsked, MustPauseFirst).Refuse("a launched job is paused before it is canceled; pause_first does both, force does not wait", CommandRule.PauseFirst),
            When(CancelAsked, MakesRoom).AlreadySo("everything is written and is being verified; the run that waits starts when that has ended"),
            When(CancelAsked, MakesNoRoom).Stop(StopIntent.Cancel).TransitionTo(Pausing).SendImplied()
                .Accept("Pausing, then Canceling: what is written stays."),
            When(CancelAsked, IsForce).Stop(StopIntent.Cancel).TransitionTo(Canceling).SendImplied().Accept("Canceling: what is written stays."),
            When(RestartAsked).Refuse("only a paused or failed job can be restarted"),
            When(DiscardAsked).Stop(StopIntent.Discard).TransitionTo(Canceling).SendImplied().Accept("Canceling, then Discarded: what is written stays."),
            When(AbandonAsked).Refuse("only a stop that cannot be confirmed can be abandoned"),
            When(DeadlineCame, MustAlert).AlertDeadline(escalated: false),
            When(StallSeen).SendAgain(),
            When(SupersedeAsked).KeepPipeline(),
            Ignore(Accepted), Ignore(TurnCame), Ignore(Prepared), Ignore(SegmentStaged), Ignore(SnapshotGone),
            Ignore(SegmentGone), Ignore(Shaped), Ignore(SegmentWritten), Ignore(Tidied), Ignore(Progressed), Ignore(FenceStands), Ignore(FenceWaits),
            Ignore(Compared), Ignore(JudgeAsked), Ignore(GuardCame));

        During(Pausing,
            When(FenceStands, ConfirmsPause).RecordFence().ConfirmStop().TransitionTo(Paused).Announce(Notices.Paused).Release(),
            When(FenceStands, ConfirmsFailure).RecordFence().ConfirmStop().TransitionTo(Failed).CountFailure().AnnounceFailure().Release(),
            When(FenceStands, ConfirmsCancel).RecordFence().GoOnToCancel().TransitionTo(Canceling).SendImplied(),
            When(FenceWaits, IsCurrent).NoteWaiting().DoubtStop(),
            When(DeadlineCame, MustEscalate).IfElseAsync(WouldLeaveInDoubt, doubt => doubt.AlertDeadline(escalated: false),
                force => force.AlertDeadline(escalated: true).EscalateByItself().SendImplied()),
            When(DeadlineCame, MustAlert).AlertDeadline(escalated: false),
            When(PauseAsked, IsPausing).AlreadySo("the job is pausing"),
            When(PauseAsked, IsPausingToCancel).AlreadySo("the job is pausing, and is canceled once the batches in flight have drained"),
            When(PauseAsked, IsFailing).TurnInto(StopIntent.Pause).Accept("Paused in place of Failed once the batches in flight have drained; the error stays."),
            When(ResumeAsked).Refuse("the job is pausing: it can be resumed once it is paused"),
            When(CancelAsked, IsCanceledAlready).AlreadySo("the job is pausing, and is canceled once the batches in flight have drained"),
            When(CancelAsked, IsNotCanceledYet).TurnInto(StopIntent.Cancel).Accept("Canceled once the batches in flight have drained."),
            When(CancelAsked, IsForce).IfElseAsync(MustAcceptDoubt, doubt => doubt.RefuseDoubt(),
                force => force.Stop(StopIntent.Cancel).TransitionTo(Canceling).SendImplied()
                    .Accept("Canceling by force: batches in flight are rolled back.")),
            When(RestartAsked).Refuse("the job is pausing: it can be restarted once it is paused"),
            When(DiscardAsked).Refuse("the job is pausing: it can be discarded once it is paused"),
            When(AbandonAsked).Refuse("only a stop that cannot be confirmed can be abandoned"),
            When(StallSeen).SendAgain(),
            When(SupersedeAsked).KeepPipeline(),
            Ignore(Accepted), Ignore(TurnCame), Ignore(Prepared), Ignore(SegmentStaged), Ignore(SnapshotGone),
            Ignore(SegmentGone), Ignore(Shaped), Ignore(SegmentWritten), Ignore(Tidied), Ignore(Progressed), Ignore(StepBroke), Ignore(Verified),
            Ignore(Compared), Ignore(JudgeAsked), Ignore(GuardCame));

        During(Paused,
            When(PauseAsked).AlreadySo("the job is paused"),
            When(ResumeAsked, IsOutdated).Refuse("the job has moved on since the run came due"),
            When(ResumeAsked, WasPending).Resume().TransitionTo(Pending).Announce(Notices.Resumed).SendImplied().Accept("Waiting for its turn."),
            When(ResumeAsked, WasInitializing).Resume().TransitionTo(Initializing).Announce(Notices.Resumed).SendImplied()
                .Accept("Extraction goes on with what was not staged."),
            When(ResumeAsked, WasProcessing).Resume().TransitionTo(Processing).Announce(Notices.Resumed).SendImplied()
                .Accept("Loading goes on with what was not written."),
            When(ResumeAsked, WasCollecting).Resume().TransitionTo(Collecting).Announce(Notices.Resumed).SendImplied().Accept("Verification goes on."),
            When(CancelAsked).Stop(StopIntent.Cancel).TransitionTo(Canceling).SendImplied().Accept("Canceling: nothing is in flight."),
            When(RestartAsked).IfElseAsync(PipelineIsFree,
                free => free.Restart().TransitionTo(Initializing).Announce(Notices.Resumed).SendImplied()
                    .Accept("A new attempt begins from the beginning; what was written stays."),
                taken => taken.Refuse("another job of the pipeline is active", CommandRule.ActiveJob)),
            When(DiscardAsked).StopAtOnce(StopIntent.Discard).TransitionTo(Discarded).Finish().Accept("Discarded: what was written stays."),
            When(AbandonAsked).Refuse("only a stop that cannot be confirmed can be abandoned"),
            When(SupersedeAsked).KeepPipeline(),
            Ignore(Accepted), Ignore(TurnCame), Ignore(Prepared), Ignore(SegmentStaged), Ignore(SnapshotGone),
            Ignore(SegmentGone), Ignore(Shaped), Ignore(SegmentWritten), Ignore(Tidied), Ignore(Progressed), Ignore(StepBroke), Ignore(FenceStands),
            Ignore(FenceWaits), Ignore(Verified), Ignore(StallSeen), Ignore(DeadlineCame), Ignore(Compared), Ignore(JudgeAsked), Ignore(GuardCame));

        During(Canceling,
            When(FenceStands, ConfirmsCancel).RecordFence().ConfirmStop().TransitionTo(Canceled).Finish(),
            When(FenceStands, ConfirmsDiscard).RecordFence().ConfirmStop().TransitionTo(Discarded).Finish(),
            When(FenceWaits, IsCurrent).NoteWaiting().DoubtStop(),
            When(DeadlineCame, MustEscalate).IfElseAsync(WouldLeaveInDoubt, doubt => doubt.AlertDeadline(escalated: false),
                force => force.AlertDeadline(escalated: true).EscalateByItself().SendImplied()),
            When(DeadlineCame, MustAlert).AlertDeadline(escalated: false),
            When(PauseAsked).Refuse("the job is being canceled"),
            When(ResumeAsked).Refuse("the job is being canceled"),
            When(CancelAsked, IsNoEscalation).AlreadySo("the job is being canceled"),
            When(CancelAsked, IsEscalation).IfElseAsync(MustAcceptDoubt, doubt => doubt.RefuseDoubt(),
                force => force.Escalate().SendImplied().Accept("Canceling by force now.")),
            When(RestartAsked).Refuse("the job is being canceled"),
            When(DiscardAsked).Refuse("the job is being canceled; an ADMIN may abandon a stop that cannot be confirmed"),
            When(AbandonAsked).Abandon().TransitionTo(Discarded).Finish().Accept("Discarded, unconfirmed: its fence could not be moved."),
            When(StallSeen).SendAgain(),
            When(SupersedeAsked).KeepPipeline(),
            Ignore(Accepted), Ignore(TurnCame), Ignore(Prepared), Ignore(SegmentStaged), Ignore(SnapshotGone),
            Ignore(SegmentGone), Ignore(Shaped), Ignore(SegmentWritten), Ignore(Tidied), Ignore(Progressed), Ignore(StepBroke), Ignore(Verified),
            Ignore(Compared), Ignore(JudgeAsked), Ignore(GuardCame));

        During(Canceled, Ended("canceled"));

        During(Failed,
            When(PauseAsked).Refuse("nothing of it is running"),
            When(ResumeAsked, IsOutdated).Refuse("the job has moved on since the run came due"),
            When(ResumeAsked, WasPending).Resume().TransitionTo(Pending).Announce(Notices.Resumed).SendImplied().Accept("Waiting for its turn."),
            When(ResumeAsked, WasDryRun).Restart().TransitionTo(Initializing).Announce(Notices.Resumed).SendImplied()
                .Accept("A new attempt begins from the beginning: of a dry run that has failed nothing is kept."),
            When(ResumeAsked, WasRun).Resume().TransitionTo(Initializing).Announce(Notices.Resumed).SendImplied()
                .Accept("Extraction goes on where it failed."),
            When(ResumeAsked, WasProcessing).Resume().TransitionTo(Processing).Announce(Notices.Resumed).SendImplied()
                .Accept("Loading goes on where it failed."),
            When(ResumeAsked, WasCollecting).Resume().TransitionTo(Collecting).Announce(Notices.Resumed).SendImplied()
                .Accept("Verification goes on where it failed."),
            When(CancelAsked).Stop(StopIntent.Cancel).TransitionTo(Canceling).SendImplied().Accept("Canceling: nothing is in flight."),
            When(RestartAsked).IfElseAsync(PipelineIsFree,
                free => free.Restart().TransitionTo(Initializing).Announce(Notices.Resumed).SendImplied()
                    .Accept("A new attempt begins from the beginning; what was written stays."),
                taken => taken.Refuse("another job of the pipeline is active", CommandRule.ActiveJob)),
            When(DiscardAsked).StopAtOnce(StopIntent.Discard).TransitionTo(Discarded).Finish().Accept("Discarded: what was written stays."),
            When(AbandonAsked).Refuse("only a stop that cannot be confirmed can be abandoned"),
            When(SupersedeAsked).Supersede().TransitionTo(Discarded).Finish(),
            Ignore(Accepted), Ignore(TurnCame), Ignore(Prepared), Ignore(SegmentStaged), Ignore(SnapshotGone), Ignore(SegmentGone),
            Ignore(Shaped), Ignore(SegmentWritten), Ignore(Tidied), Ignore(Progressed), Ignore(StepBroke), Ignore(FenceStands), Ignore(FenceWaits),
            Ignore(Verified), Ignore(StallSeen), Ignore(DeadlineCame), Ignore(Compared), Ignore(JudgeAsked), Ignore(GuardCame));

        During(Completed, Ended("completed"));

        During(Discarded, [When(FenceStands, ConfirmsAbandoned).RecordFence().ConfirmAbandoned(), .. Ended("discarded")]);
    }
}
