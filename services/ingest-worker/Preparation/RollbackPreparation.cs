using Headgate.Connectors.Destinations;
using Headgate.Connectors.Sources;
using Headgate.Connectors.Undoing;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Repairs;
using Headgate.Hosting.Faults;
using Headgate.IngestWorker.Steps;
using Headgate.IngestWorker.Systems;
using Headgate.IngestWorker.Telemetry;

namespace Headgate.IngestWorker.Preparation;

/// <summary>
/// Prepares a rollback: plan how what the job has logged is undone, store. The source is not looked at; no snapshot is opened, since what is
/// logged does not change.
/// </summary>
sealed class RollbackPreparation(SystemConnections systems, PlanStore plans)
{
    public async Task<StepAnswer> RunAsync(PrepareRepair asked, CancellationToken cancellationToken)
    {
        using var activity = WorkerTelemetry.Start("prepare", asked.JobId);
        var standing = await plans.StandingAsync(asked.Preparation, cancellationToken);
        if (standing.Missing.Count == 0) return standing.ToStep();
        using var destination = systems.Destination(asked.Preparation.Pipeline.Destination);
        var blocked = new List<BlockedObject>();
        var options = new WriteOptions { Load = asked.Preparation.Pipeline.Load, PipelineId = asked.Preparation.PipelineId };
        var undone = await UndoPlanning.PlanAsync(
            destination.Value, standing.Missing.Select(wanted => ObjectOf(asked, wanted)), options, blocked, cancellationToken);
        var role = await destination.Value.RoleAsync(cancellationToken);
        var prepared = Prepare(asked.Preparation, undone);
        await FaultPoint.ReachedAsync(FaultPoints.PlanMade);
        // An id of its own that no snapshot has: segments are told by it from those of an earlier plan.
        var (stored, _) = await plans.StoreAsync(asked.Preparation, Guid.NewGuid(), prepared, blocked, role, cancellationToken);
        await FaultPoint.ReachedAsync(FaultPoints.PlanStored);
        return stored?.ToStep() ?? new StepAnswer.Nothing("the job was released meanwhile");
    }

    static ObjectToUndo ObjectOf(PrepareRepair asked, ObjectToPlan wanted)
    {
        var repaired = asked.Objects.Single(each => each.ObjectNo == wanted.ObjectNo);
        return new ObjectToUndo
        {
            ObjectNo = wanted.ObjectNo,
            OfJobId = asked.Repair.JobId,
            OfObjectNo = repaired.OfObjectNo,
            To = asked.Preparation.Pipeline.Objects[wanted.ObjectNo].To,
            Fields = asked.Repair.Fields,
            Selection = asked.Repair.HasKeys ? asked.JobId : null,
            WasReplaced = repaired.WasReplaced,
        };
    }

    /// <summary>
    /// Of a generation what is put back comes first, parents before children, then what is deleted, children before parents; and after all of it
    /// is tried again what waited for others, before the next generation begins.
    /// </summary>
    static List<PreparedObject> Prepare(PrepareJob job, IReadOnlyList<PlannedUndo> undone)
    {
        var levels = undone.Select(each => each.Plan.Level + 1).DefaultIfEmpty().Max();
        return [.. undone.Select(each => new PreparedObject(
            job.Objects.Single(wanted => wanted.ObjectNo == each.Plan.ObjectNo),
            job.Pipeline.Objects[each.Plan.ObjectNo],
            new ReadPlan { Object = each.Plan, Upper = DateTimeOffset.UnixEpoch },
            [.. each.Segments.Select(segment => segment.Range)])
        {
            SegmentLevels = [.. each.Segments.Select(segment => First(segment) + (segment.Deletes ? (2 * levels) - 1 - each.Plan.Level : each.Plan.Level))],
            RoundLevels = [.. each.Segments.Select(segment => First(segment) + (2 * levels) - 1)],
        })];

        int First(UndoSegment segment) => segment.Generation * 2 * levels;
    }
}
