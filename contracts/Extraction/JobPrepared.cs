namespace Headgate.Contracts.Extraction;

/// <summary>The named objects are planned.</summary>
public sealed record JobPrepared
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }

    /// <summary>What was planned.</summary>
    public required IReadOnlyList<PlannedObject> Objects { get; init; }

    /// <summary>What was asked for and cannot be planned, each with its reason; the rest goes on without it.</summary>
    public IReadOnlyList<BlockedObject> Blocked { get; init; } = [];

    /// <summary>The role that this worker writes as at the destination.</summary>
    public required string DestinationRole { get; init; }
}
