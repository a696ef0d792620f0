using Headgate.Contracts.Extraction;

namespace Headgate.IngestWorker.Preparation;

/// <summary>An object's plan in force.</summary>
sealed record StandingPlan(int ObjectNo, int FirstSegmentNo, PlannedObject Described, string Role);
