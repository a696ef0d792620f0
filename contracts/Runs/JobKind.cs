namespace Headgate.Contracts.Runs;

/// <summary>What a job does.</summary>
public enum JobKind
{
    /// <summary>Reads all records of every object.</summary>
    Historical,

    /// <summary>Reads what changed since the last offsets; objects without a cursor or an offset in full.</summary>
    Incremental,

    /// <summary>Reads everything again and evolves the destination.</summary>
    Resync,

    /// <summary>Writes nothing.</summary>
    DryRun,

    /// <summary>Reads the records of an earlier job again.</summary>
    Replay,

    /// <summary>Puts back what an earlier job wrote.</summary>
    Rollback,
}
