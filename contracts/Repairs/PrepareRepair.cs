using Headgate.Contracts.Extraction;

namespace Headgate.Contracts.Repairs;

/// <summary>
/// Plan a replay or a rollback. Not a PrepareJob: whoever does not know of repairs would plan a plain run in its place. Answered as
/// that one is.
/// </summary>
public sealed record PrepareRepair
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }

    /// <summary>What is planned, as for a plain run; the objects have no offset.</summary>
    public required PrepareJob Preparation { get; init; }

    /// <summary>What is repaired.</summary>
    public required RepairOf Repair { get; init; }

    /// <summary>Which object of the repaired job each of the objects is.</summary>
    public required IReadOnlyList<RepairedObject> Objects { get; init; }
}
