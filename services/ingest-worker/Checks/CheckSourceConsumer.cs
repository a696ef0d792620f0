using Headgate.Connectors.Sources;
using Headgate.Contracts.Sources;
using Headgate.IngestWorker.Steps;
using Headgate.IngestWorker.Systems;
using MassTransit;

namespace Headgate.IngestWorker.Checks;

/// <summary>
/// Looks up at the source what a pipeline file names, before the file is taken over. The workers do it because they are the ones who
/// will read: the coordinator may have no way to the source.
/// </summary>
sealed partial class CheckSourceConsumer(SystemConnections systems, ILogger<CheckSourceConsumer> log) : IConsumer<CheckSource>
{
    const int MaxMissing = 100;
    const int MaxKnown = 20;

    public async Task Consume(ConsumeContext<CheckSource> context) =>
        await context.RespondAsync(await CheckAsync(context.Message, context.CancellationToken));

    async Task<SourceChecked> CheckAsync(CheckSource check, CancellationToken cancellationToken)
    {
        try
        {
            using var source = systems.Source(check.Pipeline.Source);
            var included = check.Pipeline.Objects.Select((definition, no) => (No: no, Definition: definition)).Where(entry => entry.Definition.Include);
            var gaps = await source.Value.FindGapsAsync([.. included], cancellationToken);
            return new SourceChecked { Missing = [.. gaps.Take(MaxMissing).Select(Describe)], MissingCount = gaps.Count };
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            var problem = Problems.Of(error);
            LogUnchecked(check.Pipeline.Project, check.Pipeline.Name, problem.Code);
            return new SourceChecked { Problem = problem };
        }
    }

    static MissingAtSource Describe(SourceGap gap) =>
        new() { ObjectNo = gap.ObjectNo, Column = gap.Column, Known = [.. gap.Known.Take(MaxKnown)], KnownCount = gap.Known.Count };
}
