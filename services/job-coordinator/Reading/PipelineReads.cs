using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Database;
using Npgsql;

namespace Headgate.JobCoordinator.Reading;

/// <summary>Answers GetPipeline and ListPipelines, each with as many queries however much it answers with.</summary>
sealed class PipelineReads(CoordinatorState state, PipelineQueries pipelines, JobQueries jobs, Tokens tokens)
{
    const int Most = 1_000;
    const int Usual = 50;
    const int MostSkipped = 20;

    public async Task<V1.GetPipelineResponse> GetAsync(V1.GetPipelineRequest request, string? project, CancellationToken cancellationToken)
    {
        if (request.Version < 0) throw CallErrors.Invalid(("version", "It is negative."));
        var pipeline = await pipelines.FindAsync(request.Pipeline, "pipeline", project, cancellationToken);
        var version = request.Version == 0 ? pipeline.Version : request.Version;
        var (shown, file) = (ShowAsync([pipeline], cancellationToken), pipelines.FileAsync(pipeline.Id, version, cancellationToken));
        var skipped = pipelines.SkippedAsync(pipeline.Id, MostSkipped, cancellationToken);
        await Task.WhenAll(shown, file, skipped);
        var (isThere, text) = await file;
        if (!isThere) throw CallErrors.NotFound($"Pipeline {pipeline.Project}/{pipeline.Name} has no version {version}; in force is {pipeline.Version}.");
        return new V1.GetPipelineResponse { Pipeline = (await shown)[0], File = text, FileVersion = version, SkippedRuns = { await skipped } };
    }

    public async Task<V1.ListPipelinesResponse> ListAsync(V1.ListPipelinesRequest request, string? project, CancellationToken cancellationToken)
    {
        var named = Projects.Check(request.Project, project);
        var states = request.States.Count == 0 ? null : request.States.Select(state => JobFilters.Name("states", state)).ToList();
        var size = PageSizes.Check(request.PageSize, Usual, Most);
        var bound = new V1.ListPipelinesRequest(request) { PageToken = "" };
        var place = request.PageToken.Length == 0 ? "/" : await tokens.OpenAsync("page_token", bound, project, request.PageToken, cancellationToken);

        var page = await pipelines.PageAsync(named, request.Name, states, (place[..place.IndexOf('/')], place[(place.IndexOf('/') + 1)..]), size, cancellationToken);
        var shown = page.Take(size).ToList();
        return new V1.ListPipelinesResponse
        {
            Pipelines = { await ShowAsync(shown, cancellationToken) },
            NextPageToken = page.Count <= size
                ? "" : await tokens.SealAsync("page_token", bound, project, $"{shown[^1].Project}/{shown[^1].Name}", cancellationToken),
        };
    }

    /// <summary>Pipelines as they now stand, by their ids; deleted ones too.</summary>
    public async Task<IReadOnlyList<V1.Pipeline>> ByIdsAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        return await ByIdsAsync(connection, ids, cancellationToken);
    }

    /// <summary>The same as a transaction sees them.</summary>
    public async Task<IReadOnlyList<V1.Pipeline>> ByIdsAsync(NpgsqlConnection connection, IReadOnlyList<Guid> ids, CancellationToken cancellationToken) =>
        await ShowAsync(await PipelineQueries.ByIdsAsync(connection, ids, cancellationToken), cancellationToken);

    /// <summary>The pipelines with their jobs.</summary>
    public async Task<IReadOnlyList<V1.Pipeline>> ShowAsync(IReadOnlyList<PipelineRecord> found, CancellationToken cancellationToken)
    {
        if (found.Count == 0) return [];
        var (active, last, at) = await jobs.OfPipelinesAsync([.. found.Select(pipeline => pipeline.Id)], cancellationToken);
        return [.. found.Select(pipeline => PipelineMessages.Of(pipeline, active.GetValueOrDefault(pipeline.Id), last.GetValueOrDefault(pipeline.Id), at))];
    }
}
