namespace Headgate.Contracts.Comparing;

/// <summary>Compare staged records of the named objects with the destination as it is. Nothing is written there.</summary>
public sealed record CompareRecords
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Counts from 1; rises on Restart only.</summary>
    public required int Attempt { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }

    /// <summary>The objects' numbers in the pipeline file, from 0.</summary>
    public required IReadOnlyList<int> Objects { get; init; }

    /// <summary>What for.</summary>
    public required CompareMode Mode { get; init; }

    /// <summary>Of a canary: how many records of each object at most; 0: all. Default 0.</summary>
    public int Sample { get; init; }
}
