namespace Headgate.Contracts.Loading;

/// <summary>Make the planned changes at the destination, under the fence.</summary>
public sealed record ApplySchemaChanges
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Counts from 1; rises on Restart only.</summary>
    public required int Attempt { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }
}
