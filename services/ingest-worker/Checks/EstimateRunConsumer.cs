using Headgate.Contracts.Extraction;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Sources;
using Headgate.Contracts.Steps;
using Headgate.IngestWorker.Preparation;
using Headgate.IngestWorker.Steps;
using Headgate.IngestWorker.Systems;
using MassTransit;

namespace Headgate.IngestWorker.Checks;

/// <summary>
/// Looks up about how much a run would move, before somebody launches it. The workers do it because they have the way to source and
/// destination, and know how far earlier runs have read.
/// </summary>
sealed partial class EstimateRunConsumer(SystemConnections systems, OffsetBounds bounds, ILogger<EstimateRunConsumer> log) : IConsumer<EstimateRun>
{
    public async Task Consume(ConsumeContext<EstimateRun> context)
    {
        var (pipeline, cancellationToken) = (context.Message.Pipeline, context.CancellationToken);
        var included = pipeline.Objects.Select((definition, no) => (No: no, Definition: definition)).Where(entry => entry.Definition.Include).ToList();
        var reads = new List<(ObjectDefinition Definition, DateTimeOffset? From)>();
        foreach (var (no, definition) in included) reads.Add((definition, await FromAsync(context.Message, no, definition, cancellationToken)));

        var (rows, sourceProblem) = await LookAsync(pipeline, async () =>
        {
            using var source = systems.Source(pipeline.Source);
            return await source.Value.EstimateAsync(reads, cancellationToken);
        }, cancellationToken);
        var (there, destinationProblem) = await LookAsync(pipeline, async () =>
        {
            using var destination = systems.Destination(pipeline.Destination);
            return await destination.Value.EstimateAsync([.. included.Select(entry => entry.Definition)], cancellationToken);
        }, cancellationToken);
        await context.RespondAsync(new RunEstimated
        {
            Objects = [.. included.Select((entry, at) => new EstimatedObject
            {
                ObjectNo = entry.No, Full = reads[at].From is null, Rows = rows?[at], DestinationRows = there?[at],
            })],
            SourceProblem = sourceProblem,
            DestinationProblem = destinationProblem,
        });
    }

    // An offset that is not known here is for the run to tell.
    async Task<DateTimeOffset?> FromAsync(EstimateRun asked, int no, ObjectDefinition definition, CancellationToken cancellationToken) =>
        definition.Cursor is not null && asked.Offsets.GetValueOrDefault(no) is OffsetReference offset
            ? await bounds.LookAsync(offset, definition, cancellationToken) - asked.Pipeline.Extract.CursorOverlap : null;

    async Task<(IReadOnlyList<long?>? Found, Problem? Problem)> LookAsync(
        PipelineDefinition pipeline, Func<Task<IReadOnlyList<long?>>> look, CancellationToken cancellationToken)
    {
        try
        {
            return (await look(), null);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            var problem = Problems.Of(error);
            LogNotEstimated(pipeline.Project, pipeline.Name, problem.Code);
            return (null, problem);
        }
    }
}
