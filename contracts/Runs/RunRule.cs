namespace Headgate.Contracts.Runs;

/// <summary>The rule by which a run was not started.</summary>
public enum RunRule
{
    /// <summary>A job of the pipeline is active.</summary>
    ActiveJob,

    /// <summary>A successor waits for the active job to end already, and only one can.</summary>
    SuccessorWaits,

    /// <summary>The pipeline takes no new runs in its state.</summary>
    PipelineTakesNoRuns,

    /// <summary>A stop at the destination was abandoned, and its fence could not be moved since.</summary>
    StopUnconfirmed,

    /// <summary>It came due by a schedule that was switched off, or is another, since.</summary>
    ScheduleChanged,

    /// <summary>There is no such pipeline.</summary>
    Missing,

    /// <summary>A replay or rollback of the pipeline has failed, and somebody has to say what becomes of it.</summary>
    RepairFailed,

    /// <summary>The job that is to be repaired has not ended.</summary>
    NotEnded,

    /// <summary>Of the job that is to be repaired nothing is recorded: it has written nothing, or its change log is kept no longer.</summary>
    NothingRecorded,

    /// <summary>It came so late, as the broker or the coordinator was away, that its schedule skips it.</summary>
    TooLate,

    /// <summary>The replay was checked against another version of the pipeline file than is in force by now.</summary>
    VersionChanged,
}
