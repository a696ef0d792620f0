using Headgate.Contracts.Extraction;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Sources;
using Headgate.Hosting.Bus;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs.Work;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reading;
using Headgate.V1;
using MassTransit;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>
/// What a run is about to do, for whoever is to confirm it. How much that is a worker looks up at source and destination; where none does in
/// time, the objects are told without it.
/// </summary>
sealed class RunEstimates(CoordinatorState state, PipelineStore store, IBus bus, IOptions<CoordinatorOptions> options)
{
    // Somebody sits and waits for it.
    static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(10);

    /// <exception cref="Grpc.Core.RpcException">FAILED_PRECONDITION: the pipeline takes no runs.</exception>
    public async Task<(RunEstimate Estimate, string Sentence)> OfRunAsync(PipelineRecord pipeline, bool cancelsActive, CancellationToken cancellationToken)
    {
        RequireEnabled(pipeline);
        var offsets = await OffsetsAsync(pipeline.Id, cancellationToken);
        var definition = await store.DefinitionAsync(pipeline.Id, pipeline.Version, cancellationToken);
        var (estimate, unknown) = await EstimateAsync(pipeline, definition, offsets, dropAndLoad: false, cancellationToken);
        var what = estimate.Objects.All(each => each.FullRead) ? "all records" : estimate.Objects.Any(each => each.FullRead)
            ? "what has changed since the last successful offsets, and all records of objects that have none" : "what has changed since the last successful offsets";
        var failed = await ResumableAsync(pipeline, cancellationToken);
        var sentence = (estimate.ActiveJobId, failed) switch
        {
            ({ Length: > 0 } active, _) when cancelsActive => $"Job {active} would be canceled, and a run that reads {what} start when it has ended.",
            ({ Length: > 0 } active, _) => $"Job {active} is active: no run would be started.",
            (_, { } job) => $"The failed job {job} would go on where it failed.",
            _ => $"A run would read {what}.",
        };
        var isStarted = failed is null && (cancelsActive || estimate.ActiveJobId.Length == 0);
        var vanished = isStarted && estimate.Objects.Any(each => each.FullRead) ? Vanished(definition.OnVanished, " of objects that are read in full") : "";
        return (estimate, sentence + vanished + unknown);
    }

    /// <exception cref="Grpc.Core.RpcException">FAILED_PRECONDITION: the pipeline takes no runs.</exception>
    public async Task<(RunEstimate Estimate, string Sentence)> OfResyncAsync(PipelineRecord pipeline, bool dropAndLoad, CancellationToken cancellationToken)
    {
        RequireEnabled(pipeline);
        var definition = await store.DefinitionAsync(pipeline.Id, pipeline.Version, cancellationToken);
        var (estimate, unknown) = await EstimateAsync(pipeline, definition, [], dropAndLoad, cancellationToken);
        var first = estimate.ActiveJobId.Length > 0 ? $"Job {estimate.ActiveJobId} would be canceled first. " : "";
        var tables = dropAndLoad ? "load them into new tables, which take the place of those that are there" : "write those that differ";
        var vanished = dropAndLoad ? "" : Vanished(definition.OnVanished, of: "");
        return (estimate, $"{first}The resync would read all records of {estimate.Objects.Count:N0} objects and {tables}.{vanished}{unknown}");
    }

    static string Vanished(OnVanished onVanished, string of) => onVanished switch
    {
        OnVanished.Delete => $" Rows{of} whose keys the source does not have would be DELETED.",
        OnVanished.Mark => $" Rows{of} whose keys the source does not have would be marked.",
        _ => "",
    };

    static void RequireEnabled(PipelineRecord pipeline)
    {
        if (pipeline.State != "Enabled")
            throw PipelineRefusals.TakesNoRuns(pipeline.Id, pipeline.State, $"{pipeline.Project}/{pipeline.Name} is {pipeline.State}: it takes no runs.");
    }

    async Task<(RunEstimate Estimate, string Unknown)> EstimateAsync(
        PipelineRecord pipeline, PipelineDefinition definition, Dictionary<string, OffsetReference> offsets, bool dropAndLoad,
        CancellationToken cancellationToken)
    {
        var known = definition.Objects.Select((each, no) => (No: no, Offset: offsets.GetValueOrDefault(ObjectKey.Of(definition, each))))
            .Where(entry => entry.Offset is not null).ToDictionary(entry => entry.No, entry => entry.Offset!);
        var (found, problem) = await AskAsync(new EstimateRun { Pipeline = definition, Offsets = known }, cancellationToken);
        var estimated = found?.Objects.ToDictionary(each => each.ObjectNo) ?? [];
        var estimate = new RunEstimate { Destination = pipeline.Destination, ActiveJobId = (await ActiveAsync(pipeline.Id, cancellationToken))?.ToString() ?? "" };
        foreach (var (each, no) in definition.Objects.Select((each, no) => (each, no)).Where(entry => entry.each.Include))
        {
            var shown = Show(each, estimated.GetValueOrDefault(no), known.ContainsKey(no));
            shown.Dropped = dropAndLoad;
            estimate.Objects.Add(shown);
        }

        estimate.Rows = estimate.Objects.Sum(each => each.Rows);
        return (estimate, problem is null ? "" : $" How much that is, is not known of every object: {problem}");
    }

    static ObjectEstimate Show(ObjectDefinition definition, EstimatedObject? found, bool hasOffset)
    {
        var shown = new ObjectEstimate { Source = definition.From, Destination = definition.To, FullRead = found?.Full ?? !(hasOffset && definition.Cursor is not null) };
        if (found?.Rows is { } rows) shown.Rows = rows;
        if (found?.DestinationRows is { } there) shown.DestinationRows = there;
        return shown;
    }

    async Task<(RunEstimated? Found, string? Problem)> AskAsync(EstimateRun question, CancellationToken cancellationToken)
    {
        var patience = options.Value.LookPatience < MostPatience ? options.Value.LookPatience : MostPatience;
        try
        {
            var found = await bus.AskAsync<EstimateRun, RunEstimated>(Lanes.Checks, question, patience, cancellationToken);
            return (found, (found.SourceProblem ?? found.DestinationProblem)?.Sentence);
        }
        catch (RequestException)
        {
            return (null, $"no worker has looked within {patience.TotalSeconds:0} s.");
        }
    }

    async Task<Dictionary<string, OffsetReference>> OffsetsAsync(Guid pipeline, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand("select object_key, job_id, attempt from coordinator.object_offset where pipeline_id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = pipeline });
        return (await command.ListAsync(row => (Key: row.GetString(0), Offset: new OffsetReference { JobId = row.GetGuid(1), Attempt = row.GetInt32(2) }), cancellationToken))
            .ToDictionary(entry => entry.Key, entry => entry.Offset, StringComparer.Ordinal);
    }

    async Task<Guid?> ActiveAsync(Guid pipeline, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        return (await ActiveJob.OfAsync(connection, pipeline, cancellationToken))?.Id;
    }

    // A failed job of the version in force, which a run has go on.
    async Task<Guid?> ResumableAsync(PipelineRecord pipeline, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            select j.job_id from coordinator.pipeline p join coordinator.sync_job j on j.job_id = p.current_job_id
            where p.pipeline_id = $1 and j.state = 'Failed' and j.pipeline_version = p.version
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = pipeline.Id });
        return await command.ExecuteScalarAsync(cancellationToken) as Guid?;
    }
}
