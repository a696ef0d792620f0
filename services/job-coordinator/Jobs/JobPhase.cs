namespace Headgate.JobCoordinator.Jobs;

/// <summary>What a job waits for within its state.</summary>
public enum JobPhase
{
    /// <summary>An operator, its turn, or nothing any more.</summary>
    None,

    /// <summary>Initializing: segments are planned and read.</summary>
    Extracting,

    /// <summary>Initializing: everything is staged; what has to be known before launch is looked at.</summary>
    Judging,

    /// <summary>Processing: the fence is being opened for it.</summary>
    Launching,

    /// <summary>Processing: planned schema changes are being made.</summary>
    Shaping,

    /// <summary>Processing: segments are written.</summary>
    Loading,

    /// <summary>Processing: all is written; rows that vanished at the source are dealt with, and new tables take the place of old ones.</summary>
    Finishing,

    /// <summary>Processing: nothing is left to write, the fence is being moved on.</summary>
    Closing,

    /// <summary>Pausing or Canceling: the fence is being raised.</summary>
    Stopping,

    /// <summary>Collecting: the ledger is compared with what was staged.</summary>
    Verifying,
}
