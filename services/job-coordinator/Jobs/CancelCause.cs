namespace Headgate.JobCoordinator.Jobs;

/// <summary>Why somebody would cancel a job, as far as that decides how.</summary>
public enum CancelCause
{
    /// <summary>Nobody has said.</summary>
    Unknown,

    /// <summary>Records get the wrong fields, and it was noticed soon.</summary>
    WrongMapping,

    /// <summary>The destination, or what follows behind it, takes no more.</summary>
    RateLimit,

    /// <summary>The run takes far longer than those before.</summary>
    LongRun,

    /// <summary>A column is gone or was renamed, and nulls take the place of data.</summary>
    NullsOverwrite,

    /// <summary>All is read and written again that nobody meant.</summary>
    FullResync,

    /// <summary>Each record that is written is damaged.</summary>
    CorruptingWrites,

    /// <summary>Far more records than there should be: a filter is missing, or they come from the wrong place.</summary>
    TooManyRecords,

    /// <summary>Rows that a full read does not bring would be taken away, and it brings far fewer than there are.</summary>
    RowsVanish,

    /// <summary>Records are written far slower than in the runs before.</summary>
    SlowRun,

    /// <summary>The destination rejects many of the records.</summary>
    ManyRejects,

    /// <summary>A stop hangs.</summary>
    StopLate,
}
