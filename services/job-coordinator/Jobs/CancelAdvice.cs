using Headgate.Contracts.Jobs;

namespace Headgate.JobCoordinator.Jobs;

/// <summary>
/// Which cancel to use, by cause: the one table that whatever offers a cancel goes by, and that docs/stopping.md shows. Graceful, unless
/// finishing what is in flight is itself the problem.
/// </summary>
sealed record CancelAdvice(CancelCause Cause, string Situation, CancelMode Mode, string Why)
{
    public static readonly IReadOnlyList<CancelAdvice> Table =
    [
        new(CancelCause.Unknown, "Nothing is known of this job", CancelMode.Graceful, "Finishing the batches in flight makes nothing worse"),
        new(CancelCause.WrongMapping, "Wrong field mapping, caught early", CancelMode.Graceful, "It stops the bleeding, and little is in flight"),
        new(CancelCause.RateLimit, "A downstream rate limit was hit", CancelMode.Graceful, "What is in flight is paid for already: let it complete"),
        new(CancelCause.LongRun, "The run takes far longer than usual", CancelMode.Graceful, "It is likely retrying: let the try in hand come to its end"),
        new(CancelCause.NullsOverwrite, "The schema drifted, and nulls overwrite real data", CancelMode.Force, "Every further write destroys something"),
        new(CancelCause.FullResync, "A full resync of historical data by accident", CancelMode.Force, "It stops before another batch is loaded"),
        new(CancelCause.CorruptingWrites, "A bad mapping corrupts records with every write", CancelMode.Force, "Not one more bad write is to happen"),
        new(CancelCause.TooManyRecords, "Far more records than usual, as where a filter is missing", CancelMode.Force, "Every further record has to be taken back"),
        new(CancelCause.RowsVanish, "Far fewer records than the destination has rows, and the others would be taken away", CancelMode.Force, "Every further row has to be put back"),
        new(CancelCause.SlowRun, "Records are written far slower than usual", CancelMode.Graceful, "What is in flight is slow, and not wrong: let it complete"),
        new(CancelCause.ManyRejects, "The destination rejects many of the records", CancelMode.Graceful, "What it rejects is not written, and is recorded"),
        new(CancelCause.StopLate, "A stop is not confirmed by its deadline", CancelMode.Force, "What is in flight does not come to its end"),
    ];

    public static CancelAdvice Of(CancelCause cause) => Table.First(advice => advice.Cause == cause);

    /// <summary>
    /// The same of a job of which this attempt may not be launched: then, whatever the cause, nothing is in flight that a cancel would wait for, or
    /// roll back.
    /// </summary>
    /// <param name="cause">The cause.</param>
    /// <param name="state">The job's state.</param>
    /// <param name="resumeTo">Where a stopped job would go on, and one that is being stopped came from.</param>
    /// <param name="wasLaunched">Whether any attempt ever was.</param>
    public static CancelAdvice Of(CancelCause cause, string state, string? resumeTo, bool wasLaunched)
    {
        var isStopped = state is nameof(SyncJobStateMachine.Pausing) or nameof(SyncJobStateMachine.Paused) or nameof(SyncJobStateMachine.Canceling)
            or nameof(SyncJobStateMachine.Failed);
        var place = isStopped ? resumeTo : state;
        var isLaunched = wasLaunched && place is not (nameof(SyncJobStateMachine.Initializing) or nameof(SyncJobStateMachine.Pending));
        return isLaunched ? Of(cause) : Of(cause) with { Mode = CancelMode.Graceful, Why = wasLaunched ? NothingInFlight : NothingWritten };
    }

    const string NothingWritten = "Nothing is written, and each cancel is one of the extraction";

    // A cancel is one of a launched job: what an earlier attempt has written is there.
    const string NothingInFlight = "Nothing of this attempt is written or in flight, and what an earlier one has written stays";

    /// <summary>Cause and reason, in one sentence.</summary>
    /// <param name="detail">What more there is to say of the cause; null: nothing.</param>
    public string Sentence(string? detail = null) =>
        $"{Situation}{(string.IsNullOrEmpty(detail) ? "" : $" ({detail.TrimEnd('.')})")}: {char.ToLowerInvariant(Why[0])}{Why[1..]}.";
}
