namespace Headgate.JobCoordinator.Jobs;

/// <summary>The steps of a resync, in their order, as people follow them.</summary>
public enum ResyncTask
{
    /// <summary>The job that was active, or had failed, is ended. Skipped: there was none.</summary>
    EndActiveJob = 1,

    /// <summary>What earlier runs hold at the source is dropped: their snapshots, and what was staged from them.</summary>
    DropSourceResources,

    /// <summary>The tables of the source are looked at anew, and a new snapshot of it is opened.</summary>
    RefreshSourceSchema,

    /// <summary>The tables of the destination are looked at anew.</summary>
    RefreshDestinationSchema,

    /// <summary>The two are compared: what must change, and what is blocked.</summary>
    CompareSchemas,

    /// <summary>All records of all objects are read into staging.</summary>
    ReadRecords,

    /// <summary>Launched: the destination's tables are changed or, with drop-and-load, made anew beside the old ones.</summary>
    ChangeDestination,

    /// <summary>All records are written where they differ.</summary>
    LoadRecords,

    /// <summary>Records that the source has no more are marked or deleted. Skipped: the pipeline keeps them.</summary>
    HandleVanished,

    /// <summary>The new tables take the place of the old ones. Skipped: without drop-and-load.</summary>
    SwapTables,

    /// <summary>The destination's ledger is compared with what was staged, and the offsets are committed.</summary>
    VerifyRecords,

    /// <summary>The pipeline takes runs again.</summary>
    EnablePipeline,
}
