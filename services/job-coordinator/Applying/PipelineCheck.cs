using Headgate.Connectors;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Fencing;
using Headgate.JobCoordinator.Pipelines;
using Headgate.PipelineFiles;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Headgate.JobCoordinator.Applying;

/// <summary>
/// Checks pipelines that were read from files before anything is done with them: what they may name, then what their sources have, then
/// whether their destinations can be fenced. Nothing is connected to before it is known that it may be named.
/// </summary>
sealed class PipelineCheck(IBus bus, FenceOpener fences, ReferencePolicy references, IOptions<CoordinatorOptions> options)
{
    const int AtOnce = 4;

    // All sources together, and all destinations, have twice the time of one.
    const int RoundsOfPatience = 2;

    TimeSpan Patience => options.Value.LookPatience;

    public async Task<CheckedPipelines> CheckAsync(PipelineFileResult files, CancellationToken cancellationToken)
    {
        var pipelines = files.Definitions.Zip(files.Origins).ToList();
        var refused = pipelines.SelectMany(pipeline => references.Problems(pipeline.First, pipeline.Second)).ToList();
        if (refused.Count > 0) return new CheckedPipelines { Problems = refused };

        var looks = await LookAtSourcesAsync(pipelines, cancellationToken);
        var found = new CheckedPipelines
        {
            Problems = [.. looks.SelectMany(look => look.Problems)],
            Warnings = [.. pipelines.Zip(looks).Where(entry => entry.Second.Unchecked is not null).Select(Warning)],
        };
        if (found.Problems.Count > 0) return found;

        var destinations = await IdentifyAsync([.. files.Definitions.Select(pipeline => pipeline.Destination).Distinct()], cancellationToken);
        var problems = destinations.Where(entry => entry.Value.Problem is not null).ToList();
        return problems.Count > 0
            ? found with { FenceProblems = [.. problems.Select(problem => Sentence(files.Definitions, problem.Key, problem.Value.Problem!))] }
            : found with { Set = [.. pipelines.Select(pipeline => ToApply(pipeline, destinations[pipeline.First.Destination].Identity!))] };
    }

    async Task<SourceCheck[]> LookAtSourcesAsync(
        List<(PipelineDefinition Definition, PipelineOrigin Origin)> pipelines, CancellationToken cancellationToken)
    {
        var looks = new SourceCheck[pipelines.Count];
        using var time = new CancellationTokenSource(RoundsOfPatience * Patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        await Parallel.ForAsync(0, looks.Length, Bounded(cancellationToken), async (i, _) =>
        {
            try
            {
                looks[i] = await SourceCheck.RunAsync(bus, pipelines[i].Definition, pipelines[i].Origin, Patience, either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                looks[i] = new SourceCheck([], "the time for all looks was over.");
            }
        });
        return looks;
    }

    // Many pipelines, few destinations: each is connected to once.
    async Task<Dictionary<SystemReference, (string? Identity, string? Problem)>> IdentifyAsync(
        IReadOnlyList<SystemReference> destinations, CancellationToken cancellationToken)
    {
        var found = new (string? Identity, string? Problem)[destinations.Count];
        using var time = new CancellationTokenSource(RoundsOfPatience * Patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        await Parallel.ForAsync(0, found.Length, Bounded(cancellationToken), async (i, _) =>
        {
            try
            {
                found[i] = ((await fences.IdentifyAsync(destinations[i], either.Token)).Name, null);
            }
            catch (ConnectorException error)
            {
                found[i] = (null, error.Message);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                found[i] = (null, "The time for all looks at destinations was over.");
            }
        });
        return destinations.Zip(found).ToDictionary(entry => entry.First, entry => entry.Second);
    }

    static ParallelOptions Bounded(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };

    static PipelineToApply ToApply((PipelineDefinition Definition, PipelineOrigin Origin) pipeline, string destination) =>
        new(pipeline.Definition, destination, pipeline.Origin.FileName, pipeline.Origin.Text);

    static PipelineFileWarning Warning(((PipelineDefinition, PipelineOrigin Origin) Pipeline, SourceCheck Look) entry)
    {
        var place = entry.Pipeline.Origin.Problem("", "", "spec", "source");
        return new PipelineFileWarning
        {
            File = place.File,
            Line = place.Line,
            Column = place.Column,
            Field = place.Field,
            Message = $"the source was not looked at: {entry.Look.Unchecked}",
        };
    }

    static string Sentence(IReadOnlyList<PipelineDefinition> pipelines, SystemReference destination, string problem)
    {
        var names = pipelines.Where(pipeline => pipeline.Destination == destination)
            .Select(pipeline => $"{pipeline.Project}/{pipeline.Name}").ToList();
        return $"{names[0]}{(names.Count > 1 ? $" and {names.Count - 1} more" : "")}: {problem}";
    }
}
