using Headgate.Connectors;

namespace Headgate.IngestWorker.Comparing;

/// <summary>An object with what is staged of it, in the order of its segments; those without a record are left out.</summary>
sealed record ObjectToCompare(ObjectPlan Plan, IReadOnlyList<StagedSegment> Segments);
