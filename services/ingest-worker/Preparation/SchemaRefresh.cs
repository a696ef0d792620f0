using Headgate.Connectors.Destinations;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Extraction;

namespace Headgate.IngestWorker.Preparation;

/// <summary>
/// The critical part of a preparation: reads the schemas of source and destination, and plans what must change. No stop ends it, graceful or by
/// force; its statements have time-outs of their own. Nobody waits for it either: the fence confirms the stop meanwhile.
/// </summary>
sealed class SchemaRefresh(RefreshedSchemas kept)
{
    /// <param name="job">The objects to plan.</param>
    /// <param name="source">Where they come from.</param>
    /// <param name="destination">Where they go.</param>
    /// <param name="ending">The process or its connection to the broker ends: nobody would take the outcome.</param>
    /// <param name="stopping">The job is being stopped: nothing comes after the refresh.</param>
    /// <exception cref="OperationCanceledException">The job was stopped meanwhile; what was refreshed is kept for when it goes on.</exception>
    public async Task<RefreshedSchema> RunAsync(
        PrepareJob job, ISource source, IDestination destination, CancellationToken ending, CancellationToken stopping)
    {
        if (await kept.TakeAsync(job, ending) is { } before) return before;
        var asked = job.Objects.Select(wanted => (wanted.ObjectNo, job.Pipeline.Objects[wanted.ObjectNo])).ToList();
        var described = await source.DescribeAsync(asked, ending);
        var plans = await destination.PlanAsync(
            [.. described.Select(found => (found, job.Pipeline.Objects[found.ObjectNo]))], job.Pipeline.Load, ending);
        var refreshed = new RefreshedSchema(plans, await destination.RoleAsync(ending));
        if (stopping.IsCancellationRequested) await kept.KeepAsync(job, refreshed, ending);
        stopping.ThrowIfCancellationRequested();
        return refreshed;
    }
}
