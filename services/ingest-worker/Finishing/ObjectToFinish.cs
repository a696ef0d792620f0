using Headgate.Connectors;

namespace Headgate.IngestWorker.Finishing;

/// <summary>An object of which something is left to do once its segments are written.</summary>
/// <param name="Plan">Its plan.</param>
/// <param name="Segments">The segments of its last read, with how many records each holds; null: one was not read.</param>
sealed record ObjectToFinish(ObjectPlan Plan, IReadOnlyDictionary<int, long>? Segments);
