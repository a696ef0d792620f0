namespace Headgate.Connectors.Changes;

/// <summary>A record that a job wrote, as its log tells of it.</summary>
public sealed record LoggedChange
{
    /// <summary>Rises in the order of writing, within the job.</summary>
    public required long Sequence { get; init; }

    /// <summary>The attempt that wrote it, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The object's number.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>What was done to the record.</summary>
    public required LoggedOperation Operation { get; init; }

    /// <summary>The value of each key field, as text.</summary>
    public required IReadOnlyList<KeyValuePair<string, string?>> Key { get; init; }

    /// <summary>The fields that changed: of an update those that differ, else all. Empty where <see cref="Hash"/> is not.</summary>
    public IReadOnlyList<LoggedField> Fields { get; init; } = [];

    /// <summary>When its batch was committed, by the destination's clock, UTC; null: not known.</summary>
    public DateTimeOffset? CommittedAt { get; init; }

    /// <summary>The XXH3 (64 bits, big-endian) of the record as it was staged, in place of fields; empty: logged in full.</summary>
    public ReadOnlyMemory<byte> Hash { get; init; }

    /// <summary>What the record holds now, if asked for and if that still has the hash; empty: it was changed since, is gone, or was not asked for.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Present { get; init; } = [];
}
