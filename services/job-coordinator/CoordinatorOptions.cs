namespace Headgate.JobCoordinator;

/// <summary>Settings of the coordinator, in HEADGATE_COORDINATOR__NAME environment variables.</summary>
public sealed class CoordinatorOptions
{
    /// <summary>Jobs in Initializing or Processing at the same time; further ones are Pending. Default 50.</summary>
    public int MaxRunningJobs { get; set; } = 50;

    /// <summary>How long a job may go without a sign of progress before what it waits for is sent again. Default 30 s.</summary>
    public TimeSpan StallAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a running job may stand still, with no record more read or written, before somebody is told. Default 15 min.</summary>
    public TimeSpan StallAlert { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How often the reconciler looks for such jobs. Default 1 s.</summary>
    public TimeSpan ReconcileEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long one try to move a fence waits for batches in flight; at most half of the job's drain deadline. Default 20 s.</summary>
    public TimeSpan FencePatience { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Tries of a step of the whole job (preparing, changing the schema, verifying). with delays of 1, 2, 4, 8 and then 15 s. Default 6.</summary>
    public int StepTries { get; set; } = 6;

    /// <summary>Tries of one segment, read or written, with delays of 1, 2, 4, 8 and then 15 s. Default 8.</summary>
    public int SegmentTries { get; set; } = 8;

    /// <summary>How often an object is planned anew in one attempt because its snapshot or a staged segment was lost. Default 5.</summary>
    public int Replans { get; set; } = 5;

    /// <summary>How long until a destination is asked again what became of records in doubt, where it could not say yet. Default 30 s.</summary>
    public TimeSpan DoubtRetry { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it is kept which runs were not started and why. Default 90 days.</summary>
    public TimeSpan KeepSkippedRuns { get; set; } = TimeSpan.FromDays(90);

    /// <summary>
    /// Where workers reach this coordinator, as an absolute http or https URL: it is what they send records to that a client asks it for. Each
    /// coordinator has one of its own, and not that of what stands before several. Default: the machine's name, and the first port on which it
    /// listens in cleartext; a loopback address, where it listens there alone.
    /// </summary>
    public Uri? RelayAddress { get; set; }

    /// <summary>How long one look at a source has before a file is applied; all looks of a call together have twice that. Default 30 s.</summary>
    public TimeSpan LookPatience { get; set; } = TimeSpan.FromSeconds(30);
}
