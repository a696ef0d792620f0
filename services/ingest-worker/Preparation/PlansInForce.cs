using Headgate.Connectors;
using Headgate.Contracts.Pipelines;

namespace Headgate.IngestWorker.Preparation;

/// <summary>What an attempt has planned and not planned anew since.</summary>
/// <param name="Source">Where it reads.</param>
/// <param name="Plans">One each object, in the order of the pipeline file.</param>
sealed record PlansInForce(SystemReference Source, IReadOnlyList<ObjectPlan> Plans);
