using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;
using MassTransit;

namespace Headgate.JobCoordinator.Jobs;

/// <summary>One run of a pipeline: the saga's row.</summary>
public sealed class SyncJob : SagaStateMachineInstance
{
    /// <summary>The job's id.</summary>
    public Guid CorrelationId { get; set; }

    public string CurrentState { get; set; } = null!;

    public long JobNo { get; set; }

    public Guid PipelineId { get; set; }

    public int PipelineVersion { get; set; }

    public string Project { get; set; } = null!;

    public string Pipeline { get; set; } = null!;

    public JobKind Kind { get; set; }

    public TriggerKind Trigger { get; set; }

    public string? TriggerDetail { get; set; }

    /// <summary>Who asked for the run.</summary>
    public string Actor { get; set; } = null!;

    /// <summary>Why they did.</summary>
    public string? TriggerReason { get; set; }

    /// <summary>Of a resync: destination tables are dropped and created anew.</summary>
    public bool DropAndLoad { get; set; }

    /// <summary>The job that was ended for it to start; null: none was active.</summary>
    public Guid? PredecessorId { get; set; }

    /// <summary>The run that waits for it to end, as it was told; of a job that has ended: the one that was started by that.</summary>
    public Guid? SuccessorId { get; set; }

    /// <summary>Of a replay or rollback: the job that it repairs. Null: of no other kind.</summary>
    public Guid? OfJobId { get; set; }

    /// <summary>Of the same: a RepairOf as JSON.</summary>
    public string? Scope { get; set; }

    /// <summary>Of a dry run: a Sample as JSON. Null: of no other kind.</summary>
    public string? Sample { get; set; }

    /// <summary>Whether who asked for the run has said that a full load is meant.</summary>
    public bool ConfirmedFullLoad { get; set; }

    /// <summary>How many measures of guards have tripped in this attempt, those included that it was let pass.</summary>
    public int GuardTrips { get; set; }

    /// <summary>What the last one that it was not let pass says of the cause; null: there is none.</summary>
    public CancelCause? GuardCause { get; set; }

    /// <summary>While no more records are staged, no object has more than it may; null: of none it is known how many that are.</summary>
    public long? VolumeLimit { get; set; }

    /// <summary>Rises on Restart only.</summary>
    public int Attempt { get; set; } = 1;

    /// <summary>Rises with every move of the fence; messages of an older one are stale.</summary>
    public int Epoch { get; set; }

    /// <summary>What the job waits for within its state: together they imply which commands must be on their way.</summary>
    public JobPhase Phase { get; set; }

    /// <summary>Minted at launch: its presence makes every cancel a launched one.</summary>
    public Guid? RequestId { get; set; }

    /// <summary>The state to go back to from Paused and Failed.</summary>
    public string? ResumeTo { get; set; }

    /// <summary>What a stop in progress ends in.</summary>
    public StopIntent? Intent { get; set; }

    public CancelMode? Mode { get; set; }

    public string? StopActor { get; set; }

    public string? StopReason { get; set; }

    public DateTimeOffset? StopRequestedAt { get; set; }

    public DateTimeOffset? StopConfirmedAt { get; set; }

    /// <summary>What caused the stop; null: recorded before causes were.</summary>
    public StopCause? StopCause { get; set; }

    /// <summary>When it was first found that the destination cannot be reached to confirm this stop; null: it was not.</summary>
    public DateTimeOffset? StopDoubtedAt { get; set; }

    /// <summary>Abandoned: the stop was never confirmed.</summary>
    public bool StopUnconfirmed { get; set; }

    /// <summary>What a stop or a launch waits for, for people.</summary>
    public string? WaitingFor { get; set; }

    public string? Error { get; set; }

    public string? ErrorCode { get; set; }

    /// <summary>Failed tries in a row of a step that is not a segment's.</summary>
    public int Tries { get; set; }

    /// <summary>The role that the workers write as.</summary>
    public string? DestinationRole { get; set; }

    /// <summary>Which destination the fence stands open at, told from any other; null: at none.</summary>
    public string? Destination { get; set; }

    /// <summary>The ceiling in records a second that somebody has set for this job, 0: none; null: nobody has, the pipeline file's holds.</summary>
    public int? MaxRowsPerSecond { get; set; }

    /// <summary>Rises with each setting of it, so that of two on their way to a worker the later one holds.</summary>
    public int RateNo { get; set; }

    /// <summary>About how many records there are to be read in this attempt; null: not known of every object.</summary>
    public long? Estimated { get; set; }

    public long Extracted { get; set; }

    public long Written { get; set; }

    public long Inserted { get; set; }

    public long Updated { get; set; }

    public long Unchanged { get; set; }

    public long Rejected { get; set; }

    /// <summary>Deleted by a rollback.</summary>
    public long Deleted { get; set; }

    /// <summary>Rows deleted or marked because a full read did not bring them.</summary>
    public long Vanished { get; set; }

    /// <summary>Of a replay: records that the earlier job touched and the source does not have.</summary>
    public long Missing { get; set; }

    /// <summary>Of this attempt, sent without word of what became of them.</summary>
    public long InDoubt { get; set; }

    /// <summary>When the destination is asked next what became of records in doubt, once the job has ended; null: none is open.</summary>
    public DateTimeOffset? DoubtsDueAt { get; set; }

    /// <summary>How long the attempt was under way, up to the last stop.</summary>
    public TimeSpan Ran { get; set; }

    /// <summary>Since when it is under way again; null: it is not.</summary>
    public DateTimeOffset? RunningSince { get; set; }

    /// <summary>How long segments of the attempt were written, up to the last stop.</summary>
    public TimeSpan LoadedFor { get; set; }

    /// <summary>Since when they are again; null: they are not.</summary>
    public DateTimeOffset? LoadingSince { get; set; }

    /// <summary>How long the destination took for what is written, in milliseconds, of all connections together.</summary>
    public long BusyMs { get; set; }

    /// <summary>When guards look at how long it takes; null: they do not.</summary>
    public DateTimeOffset? GuardsDueAt { get; set; }

    /// <summary>When the watch last sent word of that.</summary>
    public DateTimeOffset? GuardsToldAt { get; set; }

    /// <summary>What was written when they looked last, a PaceMark as JSON; null: they have not since it began to write.</summary>
    public string? PaceMark { get; set; }

    /// <summary>What the ledger held of each object when the fence was last moved on, as JSON; null: it stands open, or has not been.</summary>
    public string? FenceCounts { get; set; }

    /// <summary>What the ledger held when the reconciler last looked.</summary>
    public long LedgerMark { get; set; } = -1;

    /// <summary>Records that still waited for others after the last round over them; null: no round was made yet at this level.</summary>
    public long? DeferredMark { get; set; }

    /// <summary>When the reconciler looks at the job unless something happens before.</summary>
    public DateTimeOffset? WakeAt { get; set; }

    /// <summary>When a stop is to be confirmed by, or a running job to move again; null: nothing is waited for, or the alert went out.</summary>
    public DateTimeOffset? DeadlineAt { get; set; }

    /// <summary>When the watch last sent word that the deadline has passed.</summary>
    public DateTimeOffset? DeadlineToldAt { get; set; }

    /// <summary>How long a stop of it may take, by the version of the file that it is pinned to.</summary>
    public TimeSpan DrainDeadline { get; set; } = new CancelDefinition().DrainDeadline;

    /// <summary>Whether a stop goes on by force after that, by the same.</summary>
    public bool Escalates { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? LaunchedAt { get; set; }

    /// <summary>Set exactly in final states.</summary>
    public DateTimeOffset? FinishedAt { get; set; }
}
