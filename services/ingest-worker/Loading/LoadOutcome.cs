using Headgate.Contracts.Jobs;
using Headgate.Contracts.Steps;

namespace Headgate.IngestWorker.Loading;

/// <summary>What became of a segment that was to be written.</summary>
abstract record LoadOutcome
{
    LoadOutcome() { }

    /// <summary>Every record is written or recorded as rejected.</summary>
    public sealed record Loaded(RecordCounts Counts, long Deferred) : LoadOutcome
    {
        /// <summary>The most rejected records of any window.</summary>
        public int RejectPeak { get; init; }

        /// <summary>How long the destination took.</summary>
        public long BusyMs { get; init; }
    }

    /// <summary>Nothing may be written in this message's name, or somebody else is at it.</summary>
    public sealed record Skipped(string Why) : LoadOutcome;

    /// <summary>The staged file is gone or damaged.</summary>
    public sealed record Lost : LoadOutcome;

    /// <summary>The worker stops; the batch in hand was rolled back.</summary>
    public sealed record Aborted : LoadOutcome;

    /// <summary>An error that the load path has no answer to.</summary>
    public sealed record Failed(Problem Problem) : LoadOutcome;

    /// <summary>Time is up for one message: the rest is another one's.</summary>
    public sealed record Yielded : LoadOutcome;
}
