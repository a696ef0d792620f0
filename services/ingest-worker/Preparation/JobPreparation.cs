using Headgate.Connectors;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Repairs;
using Headgate.Contracts.Runs;
using Headgate.Hosting.Faults;
using Headgate.IngestWorker.Checks;
using Headgate.IngestWorker.Snapshots;
using Headgate.IngestWorker.Steps;
using Headgate.IngestWorker.Systems;
using Headgate.IngestWorker.Telemetry;

namespace Headgate.IngestWorker.Preparation;

/// <summary>
/// Prepares a job: refresh the schemas, open a snapshot, plan the reads, store. Nothing at the destination
/// changes.
/// </summary>
sealed class JobPreparation(
    SystemConnections systems, SchemaRefresh refresh, SnapshotKeeper snapshots, PlanStore plans, OffsetBounds bounds)
{
    /// <summary>
    /// A replay reads of each object, as it is mapped now, the records that the earlier job has touched; all else of it is as of a run.
    /// </summary>
    public Task<StepAnswer> RunAsync(PrepareRepair replay, CancellationToken ending, CancellationToken cancellationToken) =>
        RunAsync(replay.Preparation, replay, ending, cancellationToken);

    /// <param name="asked">What to plan.</param>
    /// <param name="ending">Ends all of it, the refresh of the schemas too: the process or its connection to the broker ends.</param>
    /// <param name="cancellationToken">Ends all but that; canceled as well when the job is being stopped.</param>
    public Task<StepAnswer> RunAsync(PrepareJob asked, CancellationToken ending, CancellationToken cancellationToken) =>
        RunAsync(asked, replay: null, ending, cancellationToken);

    async Task<StepAnswer> RunAsync(PrepareJob asked, PrepareRepair? replay, CancellationToken ending, CancellationToken cancellationToken)
    {
        using var activity = WorkerTelemetry.Start("prepare", asked.JobId);
        // What was planned once is answered again, also when its snapshot is gone by now: reading finds that, and numbers and
        // snapshots of segments that may be on their way already never change under them.
        var standing = await plans.StandingAsync(asked, cancellationToken);
        if (standing.Missing.Count == 0) return standing.ToStep();
        var job = asked with { Objects = standing.Missing };

        using var source = systems.Source(job.Pipeline.Source);
        using var destination = systems.Destination(job.Pipeline.Destination);
        if (job.Resumed) await RequireUnchangedAsync(job, source.Value, cancellationToken);
        var refreshed = await refresh.RunAsync(job, source.Value, destination.Value, ending, cancellationToken);
        var snapshot = await snapshots.OpenAsync(job, cancellationToken);
        try
        {
            var blocked = refreshed.Blocked.ToList();
            var keys = replay is null ? null : new ReplayedRecords(replay, destination.Value);
            var reads = await PlanReadsAsync(job, refreshed.Plans, source.Value, keys, snapshot, blocked, cancellationToken);
            await FaultPoint.ReachedAsync(FaultPoints.PlanMade);
            var (stored, isStored) = await plans.StoreAsync(asked, snapshot.Id, reads, blocked, refreshed.Role, cancellationToken);
            await FaultPoint.ReachedAsync(FaultPoints.PlanStored);
            if (!isStored) await snapshots.CloseAsync(snapshot.Id);
            return stored?.ToStep() ?? new StepAnswer.Nothing("the job was released meanwhile");
        }
        catch
        {
            await snapshots.CloseAsync(snapshot.Id);
            throw;
        }
    }

    // What is staged and what is yet to be read are to be of one shape, also where a due run resumes the job without asking before.
    async Task RequireUnchangedAsync(PrepareJob job, ISource source, CancellationToken cancellationToken)
    {
        if (await plans.InForceAsync(job.JobId, job.Attempt, cancellationToken) is not { } planned) return;
        var changes = await SourceChanges.FindAsync(source, planned.Plans, cancellationToken);
        if (changes.Count > 0)
            throw new StepException("schema-changed", $"The source has changed since the job planned: restart it. {changes[0].Sentence}");
    }

    async Task<IReadOnlyList<PreparedObject>> PlanReadsAsync(
        PrepareJob job, IReadOnlyList<ObjectPlan> objects, ISource source, ReplayedRecords? keys, HeldSnapshot snapshot,
        List<BlockedObject> blocked, CancellationToken cancellationToken)
    {
        var reads = new List<PreparedObject>();
        foreach (var found in objects)
        {
            var wanted = job.Objects.Single(each => each.ObjectNo == found.ObjectNo);
            var definition = job.Pipeline.Objects[wanted.ObjectNo];
            var lower = found.Cursor is null || found.New || job.Sample is not null ? null : await LowerBoundAsync(job, wanted, found, cancellationToken);
            var plan = new ReadPlan
            {
                // A read of a part says nothing of what it does not bring.
                Object = found with { ReadNo = wanted.FirstSegmentNo, Vanished = IsWhole(job, found, lower) ? job.Pipeline.OnVanished : OnVanished.Keep },
                Lower = lower,
                Upper = snapshot.UpperBound,
                Keys = keys?.Of(found.ObjectNo),
                NullCursors = job.Pipeline.Extract.Nulls is NullCursors.Full,
                Sample = job.Sample,
            };
            try
            {
                await source.CheckAsync(plan, snapshot.Name, cancellationToken);
                if (keys is not null) reads.Add(new PreparedObject(wanted, definition, plan, await keys.PlanAsync(plan, cancellationToken)));
            }
            catch (ConnectorException error) when (error.Blocked.Count > 0)
            {
                blocked.AddRange(error.Blocked);
                continue;
            }

            if (keys is null)
                reads.Add(new PreparedObject(wanted, definition, plan, await source.PlanSegmentsAsync(plan, snapshot.Name, cancellationToken)));
        }

        return reads;
    }

    // A new table has no rows that could have vanished. Of a source that was made anew, and is perhaps being filled still, nothing is known: a resync
    // finds out.
    static bool IsWhole(PrepareJob job, ObjectPlan plan, DateTimeOffset? lower) =>
        lower is null && plan.Replaces is null && (!plan.SourceReplaced || job.Kind is JobKind.Resync) && job.Kind is JobKind.Historical or JobKind.Incremental or JobKind.Resync;

    async Task<DateTimeOffset?> LowerBoundAsync(
        PrepareJob job, ObjectToPlan wanted, ObjectPlan plan, CancellationToken cancellationToken) =>
        wanted.Offset is { } offset
            ? await bounds.FindAsync(offset, job.Pipeline.Objects[wanted.ObjectNo], plan, cancellationToken) - job.Pipeline.Extract.CursorOverlap
            : null;
}
