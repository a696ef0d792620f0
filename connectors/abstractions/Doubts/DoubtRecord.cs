namespace Headgate.Connectors.Doubts;

/// <summary>A record that was about to be sent, and of which no outcome was heard before a stop by force.</summary>
public sealed record DoubtRecord
{
    /// <summary>Rises in the order of sending, within the job; from 1.</summary>
    public required long Sequence { get; init; }

    /// <summary>The object's number.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>The value of each key field, as text.</summary>
    public required IReadOnlyDictionary<string, string> Key { get; init; }

    /// <summary>The record as it was sent: destination fields and their values as text; null: null.</summary>
    public required IReadOnlyList<KeyValuePair<string, string?>> Fields { get; init; }

    /// <summary>The attempt that sent it, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The idempotency key of its request, by which it is found at the destination.</summary>
    public required string RequestKey { get; init; }

    /// <summary>When its intent was noted, just before it was sent, UTC.</summary>
    public required DateTimeOffset SentAt { get; init; }

    /// <summary>What became of it.</summary>
    public required DoubtState State { get; init; }

    /// <summary>When that was found out, UTC; null: not yet.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }
}
