using Headgate.Connectors;
using Headgate.Contracts.Extraction;

namespace Headgate.IngestWorker.Preparation;

/// <summary>What a refresh of the schemas has come to.</summary>
/// <param name="Plans">How each object is written, and what must change for it.</param>
/// <param name="Role">As whom the destination is written.</param>
sealed record RefreshedSchema(IReadOnlyList<ObjectPlan> Plans, string Role)
{
    /// <summary>Objects that do not fit.</summary>
    public IReadOnlyList<BlockedObject> Blocked { get; init; } = [];
}
