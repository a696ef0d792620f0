namespace Headgate.Crashes.Tests.Checking;

/// <summary>What the checker judges.</summary>
public enum Guarantee
{
    /// <summary>After a completed run the destination holds what the source holds.</summary>
    DestinationEqualsSource,

    /// <summary>The ledger is the sum of the committed batches, which follow one another without gap or overlap.</summary>
    LedgerIsItsBatches,

    /// <summary>What was staged was taken, all of it and once.</summary>
    StagedIsTaken,

    /// <summary>The counts that are shown of a job are those of the ledger.</summary>
    CountsAreTheLedgers,

    /// <summary>The change log, played backwards, gives the tables as they were before.</summary>
    ChangeLogIsExact,

    /// <summary>Offsets are those of the last completed job and pass no record that was neither written nor rejected.</summary>
    OffsetsAreRight,

    /// <summary>Jobs went from state to state only as the lifecycle says, and what was asked for and answered fits.</summary>
    StatesAreLegal,

    /// <summary>What had to leave has left, once.</summary>
    ObligationsAreDone,

    /// <summary>The fence stands closed where its job says.</summary>
    FenceIsClosed,

    /// <summary>Nothing was committed while a job was shown as stopped.</summary>
    NothingWrittenAfterAStop,

    /// <summary>A cancel before launch left the destination as it was before the run, schema headgate apart.</summary>
    ExtractionCancelLeavesNothing,

    /// <summary>A cancel before launch sent one mail, and nothing else sent any.</summary>
    MailOfExtractionCancelsOnly,
}
