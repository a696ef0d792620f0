namespace Headgate.Hosting.Faults;

/// <summary>Every point at which a process can be halted: between something that is durable and what is to follow from it.</summary>
public static class FaultPoints
{
    /// <summary>Worker: reads are planned under an open snapshot, nothing of it is stored.</summary>
    public const string PlanMade = "plan.made";

    /// <summary>Worker: the plan is stored, nobody was told.</summary>
    public const string PlanStored = "plan.stored";

    /// <summary>Worker: a segment is read into its temporary file, which has no name yet.</summary>
    public const string SegmentRead = "segment.read";

    /// <summary>Worker: the segment's file is published, the database does not know it.</summary>
    public const string SegmentPublished = "segment.published";

    /// <summary>Worker: the database has adopted the file, nobody was told.</summary>
    public const string SegmentAdopted = "segment.adopted";

    /// <summary>Worker: schema changes are about to be made under the open fence.</summary>
    public const string SchemaUnchanged = "schema.unchanged";

    /// <summary>Worker: schema changes are made, nobody was told.</summary>
    public const string SchemaChanged = "schema.changed";

    /// <summary>Worker: a batch's transaction is about to begin.</summary>
    public const string BatchNotBegun = "batch.not-begun";

    /// <summary>Worker: a batch is written in its transaction, which has not committed.</summary>
    public const string BatchWritten = "batch.written";

    /// <summary>Worker: a batch has committed, nobody was told, the message is not acknowledged.</summary>
    public const string BatchCommitted = "batch.committed";

    /// <summary>Worker: a step is answered, its message is not acknowledged. About the step.</summary>
    public const string StepAnswered = "step.answered";

    /// <summary>Worker: an attempt's rows are forgotten, its staged files are still there.</summary>
    public const string ReleaseForgotten = "release.forgotten";

    /// <summary>Scheduler: runs have come due and are written down, and none of them is sent.</summary>
    public const string RunsDue = "runs.due";

    /// <summary>Scheduler: the broker has confirmed runs that came due, they are not marked so.</summary>
    public const string RunsSent = "runs.sent";

    /// <summary>Coordinator: the keys that a repair is asked for are kept at the destination, its run is not asked for.</summary>
    public const string SelectionKept = "selection.kept";

    /// <summary>Coordinator: a run has claimed its pipeline, whoever asked was not told.</summary>
    public const string RunClaimed = "run.claimed";

    /// <summary>Coordinator: a job's transition has committed, what follows from it has not been sent. About the message.</summary>
    public const string JobCommitted = "job.committed";

    /// <summary>Coordinator: a fence is about to be moved. About the direction, Open or Close.</summary>
    public const string FenceNotMoved = "fence.not-moved";

    /// <summary>Coordinator: a fence's move has committed, the job does not know. About the direction.</summary>
    public const string FenceMoved = "fence.moved";

    /// <summary>Coordinator: ledger and staged counts were compared, the job does not know.</summary>
    public const string JobCompared = "job.compared";

    /// <summary>Coordinator: an obligation is due and not sent. About the message.</summary>
    public const string ObligationDue = "obligation.due";

    /// <summary>Coordinator: an obligation's sending is confirmed by the broker, it is not marked done. About the message.</summary>
    public const string ObligationSent = "obligation.sent";

    /// <summary>Notifier: what is to be told of an event is written down, nobody knows.</summary>
    public const string NoticeKept = "notice.kept";

    /// <summary>Notifier: the mail server or webhook has taken a notice, it is not marked so. About the channel, Mail or Webhook.</summary>
    public const string NoticeAccepted = "notice.accepted";

    /// <summary>Scheduler: an upstream event and its runs are written down, none of them was asked for.</summary>
    public const string EventKept = "event.kept";

    /// <summary>Scheduler: a run of an upstream event is asked for, with the broker's confirm, and not marked so.</summary>
    public const string EventRunAsked = "event.run-asked";
}
