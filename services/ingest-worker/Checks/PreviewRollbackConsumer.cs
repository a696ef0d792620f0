using Headgate.Connectors.Destinations;
using Headgate.Connectors.Undoing;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Repairs;
using Headgate.Contracts.Steps;
using Headgate.IngestWorker.Preparation;
using Headgate.IngestWorker.Steps;
using Headgate.IngestWorker.Systems;
using MassTransit;

namespace Headgate.IngestWorker.Checks;

/// <summary>
/// Looks up what a rollback would do, before somebody launches it: how many records somebody has changed since is what it is asked for.
/// </summary>
sealed partial class PreviewRollbackConsumer(SystemConnections systems, TimeProvider time, ILogger<PreviewRollbackConsumer> log) : IConsumer<PreviewRollback>
{
    /// <summary>Whoever asks does not wait longer, and others wait for this lane.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    public async Task Consume(ConsumeContext<PreviewRollback> context) =>
        await context.RespondAsync(await LookAsync(context.Message, context.CancellationToken));

    async Task<RollbackPreviewed> LookAsync(PreviewRollback asked, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        var (objects, blocked, problem) = (new List<PreviewedObject>(), new List<BlockedObject>(), (Problem?)null);
        try
        {
            using var destination = systems.Destination(asked.Pipeline.Destination);
            await LookAsync(asked, destination.Value, objects, blocked, either.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            var sentence = $"what the job wrote is too much to be looked at within {Patience.TotalSeconds:0} s.";
            problem = new Problem { Code = "too-much", Sentence = sentence, Retryable = false };
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            problem = Problems.Of(error);
            LogNotLooked(asked.Repair.JobId, problem.Code);
        }

        return new RollbackPreviewed { Objects = objects, Blocked = blocked, Problem = problem };
    }

    static async Task LookAsync(
        PreviewRollback asked, IDestination destination, List<PreviewedObject> objects, List<BlockedObject> blocked, CancellationToken cancellationToken)
    {
        var wanted = asked.Objects.Select(each => new ObjectToUndo
        {
            ObjectNo = each.ObjectNo,
            OfJobId = asked.Repair.JobId,
            OfObjectNo = each.OfObjectNo,
            To = asked.Pipeline.Objects[each.ObjectNo].To,
            Fields = asked.Repair.Fields,
            WasReplaced = each.WasReplaced,
        });
        var options = new WriteOptions { Load = asked.Pipeline.Load, PipelineId = asked.PipelineId };
        var undone = await UndoPlanning.PlanAsync(destination, wanted, options, blocked, cancellationToken);
        var plans = undone.Select(planned => planned.Plan).ToList();
        foreach (var planned in undone)
        {
            var parts = new List<UndoPreview>();
            foreach (var segment in planned.Segments) parts.Add(await destination.PreviewUndoAsync(planned.Plan, segment.Range, plans, cancellationToken));
            objects.Add(new PreviewedObject
            {
                ObjectNo = planned.Plan.ObjectNo,
                PutBack = parts.Sum(part => part.PutBack),
                InsertsDeleted = parts.Sum(part => part.InsertsDeleted),
                DeletesRestored = parts.Sum(part => part.DeletesRestored),
                Unchanged = parts.Sum(part => part.Unchanged),
                Conflicts = parts.Sum(part => part.Conflicts),
            });
        }
    }
}
