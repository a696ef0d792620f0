using Headgate.Contracts.Jobs;

namespace Headgate.Contracts.Fencing;

/// <summary>The fence stands; counts were read in its own transaction.</summary>
public sealed record FenceMoved
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }

    /// <summary>Whether the job may write now.</summary>
    public required bool Open { get; init; }

    /// <summary>Which destination it is, told from any other; null: it was not asked, or cannot be reached.</summary>
    public string? Destination { get; init; }

    /// <summary>What the ledger held at that moment, by object number.</summary>
    public required IReadOnlyDictionary<int, RecordCounts> Counts { get; init; }

    /// <summary>When the move committed, UTC.</summary>
    public required DateTimeOffset At { get; init; }
}
