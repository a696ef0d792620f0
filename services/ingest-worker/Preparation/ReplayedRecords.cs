using Headgate.Connectors;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Repairs;

namespace Headgate.IngestWorker.Preparation;

/// <summary>The records that a replay reads, which the destination's log knows.</summary>
sealed class ReplayedRecords(PrepareRepair replay, IDestination destination)
{
    static readonly string[] OfTheObject = ["keys-changed", "nothing-recorded"];

    public LoggedKeys Of(int objectNo) => new()
    {
        OfJobId = replay.Repair.JobId,
        OfObjectNo = replay.Objects.Single(each => each.ObjectNo == objectNo).OfObjectNo,
        Selection = replay.Repair.HasKeys ? replay.JobId : null,
    };

    /// <exception cref="ConnectorException">Blocked: the log has nothing of the object, or by another key.</exception>
    public async Task<IReadOnlyList<SegmentRange>> PlanAsync(ReadPlan plan, CancellationToken cancellationToken)
    {
        try
        {
            return await destination.PlanKeysAsync(plan.Object, plan.Keys!, cancellationToken);
        }
        catch (ConnectorException error) when (OfTheObject.Contains(error.Problem.Code))
        {
            throw new ConnectorException(error.Problem) { Blocked = [new BlockedObject { ObjectNo = plan.Object.ObjectNo, Problem = error.Problem }] };
        }
    }
}
