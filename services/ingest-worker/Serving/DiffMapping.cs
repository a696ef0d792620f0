using Headgate.Connectors;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Pipelines;
using Headgate.IngestWorker.Steps;
using Headgate.Relay.V1;

namespace Headgate.IngestWorker.Serving;

/// <summary>Plans how what a job wrote would be written now. Changes nothing.</summary>
static class DiffMapping
{
    /// <returns>By the numbers that the objects have in the job.</returns>
    /// <exception cref="StepException">A field that is asked for is not there.</exception>
    public static async Task<IReadOnlyDictionary<int, MappedTable>> PlanAsync(
        DiffWork work, PipelineDefinition pipeline, ISource source, IDestination destination, CancellationToken cancellationToken)
    {
        var objects = work.Objects.Select(each => (No: each.Mapped, Definition: pipeline.Objects[each.Mapped])).ToList();
        var described = await source.DescribeAsync(objects, cancellationToken);
        var options = new WriteOptions { Load = pipeline.Load, PipelineId = Guid.Parse(work.PipelineId) };
        var plans = await destination.PlanAsync(
            [.. described.Select(found => (found, pipeline.Objects[found.ObjectNo]))], options, cancellationToken);
        var byNumber = plans.ToDictionary(plan => plan.ObjectNo);
        await using var snapshot = await source.OpenSnapshotAsync(TimeSpan.Zero, cancellationToken);
        foreach (var plan in plans)
        {
            // The filter, which is somebody's SQL; whether keys are unique does not matter to who looks for single ones.
            var read = new ReadPlan { Object = plan with { KeyGuaranteed = true }, Upper = snapshot.UpperBound };
            await source.CheckAsync(read, snapshot.Id, cancellationToken);
        }

        return work.Objects.ToDictionary(each => each.Number, each => Table(each.Name, byNumber[each.Mapped]));

        MappedTable Table(string name, ObjectPlan plan) => new(name, plan, MappedTable.FieldsOf(plan, work.Request.Fields));
    }
}
