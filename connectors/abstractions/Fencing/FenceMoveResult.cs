using Headgate.Contracts.Jobs;

namespace Headgate.Connectors.Fencing;

/// <summary>What became of a move of the fence.</summary>
public abstract record FenceMoveResult
{
    FenceMoveResult() { }

    /// <summary>The fence stands where it was to stand.</summary>
    /// <param name="Counts">What the ledger held of the attempt at that moment, by object number.</param>
    /// <param name="At">When, by the destination's clock.</param>
    public sealed record Moved(IReadOnlyDictionary<int, RecordCounts> Counts, DateTimeOffset At) : FenceMoveResult;

    /// <summary>A writer still holds the lock.</summary>
    /// <param name="Waiting">Which one, in one sentence.</param>
    public sealed record Held(string Waiting) : FenceMoveResult;

    /// <summary>The fence stands further on already: the move came too late and changes nothing.</summary>
    /// <param name="IsOpenForJob">It stands open for the very job of the move: that one can still write.</param>
    public sealed record Passed(bool IsOpenForJob) : FenceMoveResult;
}
