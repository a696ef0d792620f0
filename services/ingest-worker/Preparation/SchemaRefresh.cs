using Headgate.Connectors;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Pipelines;
using Headgate.IngestWorker.Steps;

namespace Headgate.IngestWorker.Preparation;

/// <summary>
/// The critical part of a preparation: reads the schemas of source and destination, and plans what must change. No stop ends it, graceful or by
/// force; its statements have time-outs of their own. Nobody waits for it either: the fence confirms the stop meanwhile.
/// </summary>
sealed class SchemaRefresh(RefreshedSchemas kept, KnownObjects before)
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
        RequireFinishable(job, destination);
        if (await kept.TakeAsync(job, ending) is { } taken) return taken;
        var asked = job.Objects.Select(wanted => (No: wanted.ObjectNo, Definition: job.Pipeline.Objects[wanted.ObjectNo])).ToList();
        var blocked = new List<BlockedObject>();
        var described = await FittingAsync(asked, each => each.No, blocked, some => source.DescribeAsync(some, ending));
        var known = await before.FindAsync(job, ending);
        var toPlan = described
            .Select(found => (Source: found with { Known = known.GetValueOrDefault(found.ObjectNo) }, Definition: job.Pipeline.Objects[found.ObjectNo])).ToList();
        var options = new WriteOptions
        {
            Load = job.Pipeline.Load,
            OnVanished = job.Pipeline.OnVanished,
            PipelineId = job.PipelineId,
            NewTables = NewTables(job),
        };
        var plans = await FittingAsync(
            toPlan, each => each.Source.ObjectNo, blocked, some => destination.PlanAsync(some, options, ending));
        var refreshed = new RefreshedSchema(plans, await destination.RoleAsync(ending)) { Blocked = [.. blocked.OrderBy(block => block.ObjectNo)] };
        if (stopping.IsCancellationRequested) await kept.KeepAsync(job, refreshed, ending);
        stopping.ThrowIfCancellationRequested();
        return refreshed;
    }

    static void RequireFinishable(PrepareJob job, IDestination destination)
    {
        if (destination.CanFinish) return;
        var destinations = $"destinations of connector {job.Pipeline.Destination.Connector}";
        if (job.DropAndLoad)
            throw new StepException("not-supported", $"Tables of {destinations} cannot be dropped and loaded anew.");
        if (job.Pipeline.OnVanished is not OnVanished.Keep)
            throw new StepException("not-supported", $"onVanished must be keep: {destinations} cannot tell which records have vanished.");
    }

    // A read of its own has a table of its own: one that another read has left in the middle is nobody's. Of a job's id nothing may be left
    // out: how it begins is the time, and jobs of other pipelines begin at the same one.
    internal static Dictionary<int, string>? NewTables(PrepareJob job) => job.DropAndLoad
        ? job.Objects.ToDictionary(
            wanted => wanted.ObjectNo, wanted => $"headgate_new_{job.JobId:N}_{job.Attempt}_{wanted.ObjectNo}_{wanted.FirstSegmentNo}")
        : null;

    // Without those that do not fit it is done once more from the start: what several objects need is planned with the first of them, and
    // levels come from all.
    static async Task<IReadOnlyList<TResult>> FittingAsync<T, TResult>(
        List<T> asked, Func<T, int> number, List<BlockedObject> blocked, Func<IReadOnlyList<T>, Task<IReadOnlyList<TResult>>> run)
    {
        while (asked.Count > 0)
        {
            try
            {
                return await run(asked);
            }
            catch (ConnectorException error) when (error.Blocked.Count > 0)
            {
                blocked.AddRange(error.Blocked);
                if (asked.RemoveAll(each => error.Blocked.Any(block => block.ObjectNo == number(each))) == 0) throw;
            }
        }

        return [];
    }
}
