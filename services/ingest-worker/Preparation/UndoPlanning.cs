using Headgate.Connectors;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Undoing;
using Headgate.Contracts.Extraction;

namespace Headgate.IngestWorker.Preparation;

/// <summary>Plans what of a job is undone, without the objects that cannot be.</summary>
static class UndoPlanning
{
    /// <summary>Without those that cannot be undone it is planned once more: levels come from all objects that are planned together.</summary>
    /// <param name="destination">Where.</param>
    /// <param name="objects">The objects.</param>
    /// <param name="options">How their pipeline writes.</param>
    /// <param name="blocked">Takes those that cannot be undone.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyList<PlannedUndo>> PlanAsync(
        IDestination destination, IEnumerable<ObjectToUndo> objects, WriteOptions options, List<BlockedObject> blocked, CancellationToken cancellationToken)
    {
        var left = objects.ToList();
        while (left.Count > 0)
        {
            try
            {
                return await destination.PlanUndoAsync(left, options, cancellationToken);
            }
            catch (ConnectorException error) when (error.Blocked.Count > 0)
            {
                blocked.AddRange(error.Blocked);
                if (left.RemoveAll(each => error.Blocked.Any(block => block.ObjectNo == each.ObjectNo)) == 0) throw;
            }
        }

        return [];
    }
}
