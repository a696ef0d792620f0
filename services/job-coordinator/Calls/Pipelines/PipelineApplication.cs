using Grpc.Core;
using Headgate.JobCoordinator.Access.Audit;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.JobCoordinator.Applying;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reading;
using Headgate.PipelineFiles;
using Headgate.V1;
using Npgsql;
using static Headgate.V1.ApplyPipelineResponse.Types;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>ApplyPipeline: the files are read, their projects demanded, all they name looked at, and all of them taken over or none.</summary>
sealed class PipelineApplication(IdempotentCalls calls, PipelineCheck check, PipelineStore store, PipelineReads reads, CoordinatorState state)
{
    const string Undo = "rollback to savepoint before_apply";

    public Task<ApplyPipelineResponse> ApplyAsync(ApplyPipelineRequest request, ServerCallContext context)
    {
        var files = PipelineTexts.Read(request);
        var projects = files.Definitions.Select(pipeline => pipeline.Project).Distinct(StringComparer.Ordinal).ToList();
        var names = files.Definitions.Select(pipeline => $"{pipeline.Project}/{pipeline.Name}");
        context.SetAuditSubject(projects is [var only] ? only : null, $"pipelines {string.Join(", ", names)}");
        foreach (var project in projects) context.Caller().DemandProject(project);
        return calls.RunAsync(
            context,
            request,
            first: call => FirstAsync(call, request, files, context.Caller(), context.CancellationToken),
            again: answered => AgainAsync(answered, request, context.CancellationToken),
            kept: WithoutState);
    }

    async Task<ApplyPipelineResponse> FirstAsync(
        IdempotentCall call, ApplyPipelineRequest request, PipelineFileResult files, Caller caller, CancellationToken cancellationToken)
    {
        var found = await check.CheckAsync(files, cancellationToken);
        if (found.Problems.Count > 0) throw FileErrors.Of(found.Problems);
        if (found.FenceProblems.Count > 0) throw PipelineRefusals.Fence(found.FenceProblems, files.Definitions[0]);
        var set = found.Set.Zip(files.Origins, (pipeline, origin) => pipeline with { ExpectedVersion = Expected(request, origin) }).ToList();
        var (results, warnings) = request.ValidateOnly
            ? await TryAsync(set, files.Origins, caller, cancellationToken)
            : await ApplyAsync(await call.ConnectionAsync(cancellationToken), set, files.Origins, caller, request.Reason, cancellationToken);
        return new ApplyPipelineResponse { Results = { results }, Warnings = { found.Warnings.Concat(warnings).Select(FileWarnings.Shown) } };
    }

    static int? Expected(ApplyPipelineRequest request, PipelineOrigin origin) =>
        request.Files[origin.FileNo] is { HasExpectedVersion: true, ExpectedVersion: var version } ? version : null;

    async Task<(IEnumerable<Result> Results, IReadOnlyList<PipelineFiles.PipelineFileWarning> Warnings)> ApplyAsync(
        NpgsqlConnection connection, IReadOnlyList<PipelineToApply> set, IReadOnlyList<PipelineOrigin> origins, Caller caller, string reason,
        CancellationToken cancellationToken)
    {
        var applied = await ApplyOrUndoAsync(connection, set, caller, reason, cancellationToken);
        var shown = await reads.ByIdsAsync(connection, [.. applied.Select(pipeline => pipeline.PipelineId)], cancellationToken);
        var results = applied.Zip(shown, (each, pipeline) => new Result
        {
            Pipeline = pipeline,
            Sentence = Sentence(each, pipeline),
            Outcome = each.IsNew ? CommandOutcome.Accepted : CommandOutcome.AlreadySo,
        });
        return (results, await WarningsAsync(connection, applied, set, origins, isTried: false, cancellationToken));
    }

    // All that applying would do, and nothing of it stays.
    async Task<(IEnumerable<Result> Results, IReadOnlyList<PipelineFiles.PipelineFileWarning> Warnings)> TryAsync(
        IReadOnlyList<PipelineToApply> set, IReadOnlyList<PipelineOrigin> origins, Caller caller, CancellationToken cancellationToken)
    {
        IReadOnlyList<AppliedPipeline> applied;
        IReadOnlyList<PipelineFiles.PipelineFileWarning> warnings;
        await using (var connection = await state.Source.OpenConnectionAsync(cancellationToken))
        await using (await connection.BeginTransactionAsync(cancellationToken))
        {
            applied = await ApplyOrUndoAsync(connection, set, caller, reason: "", cancellationToken);
            warnings = await WarningsAsync(connection, applied, set, origins, isTried: true, cancellationToken);
        }

        var standing = await reads.ByIdsAsync([.. applied.Select(pipeline => pipeline.PipelineId)], cancellationToken);
        var byId = standing.ToDictionary(pipeline => pipeline.Id, StringComparer.Ordinal);
        var results = applied.Select(each => new Result
        {
            Pipeline = byId.GetValueOrDefault(each.PipelineId.ToString()),
            Sentence = $"{each.Name}: version {each.Version} {(each.IsNew ? "would be added" : "says the same; nothing would change")}.",
        });
        return (results, warnings);
    }

    static async Task<IReadOnlyList<PipelineFiles.PipelineFileWarning>> WarningsAsync(
        NpgsqlConnection connection, IReadOnlyList<AppliedPipeline> applied, IReadOnlyList<PipelineToApply> set, IReadOnlyList<PipelineOrigin> origins,
        bool isTried, CancellationToken cancellationToken)
    {
        var warnings = new List<PipelineFiles.PipelineFileWarning>();
        foreach (var ((each, pipeline), origin) in applied.Zip(set).Zip(origins))
        {
            var warning = await FullLoadWarnings.OfAsync(connection, each, pipeline.Definition, origin, isTried, cancellationToken);
            if (warning is not null) warnings.Add(warning);
        }

        return warnings;
    }

    // What is refused is committed as an answer: nothing else may be in that transaction.
    async Task<IReadOnlyList<AppliedPipeline>> ApplyOrUndoAsync(
        NpgsqlConnection connection, IReadOnlyList<PipelineToApply> set, Caller caller, string reason, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, "savepoint before_apply", cancellationToken);
        try
        {
            return await store.ApplyAsync(connection, set, caller.Name, reason, cancellationToken);
        }
        catch (TargetTakenException taken)
        {
            await ExecuteAsync(connection, Undo, cancellationToken);
            throw PipelineRefusals.TableTaken(taken, caller);
        }
        catch (VersionConflictException conflict)
        {
            await ExecuteAsync(connection, Undo, cancellationToken);
            throw PipelineRefusals.Version(conflict);
        }
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static string Sentence(AppliedPipeline applied, Pipeline pipeline)
    {
        if (!applied.IsNew) return applied.ToString();
        var runs = pipeline.State == PipelineState.Enabled ? "" : $" It is {pipeline.State}, and takes no runs as it is.";
        return pipeline.CurrentJob is { } job ? $"{applied} Job {job.Id} stays with version {job.PipelineVersion}.{runs}" : $"{applied}{runs}";
    }

    async Task<ApplyPipelineResponse> AgainAsync(ApplyPipelineResponse answered, ApplyPipelineRequest request, CancellationToken cancellationToken)
    {
        var accepted = answered.Results.Where(result => result.Outcome == CommandOutcome.Accepted && request.Reason.Length > 0);
        foreach (var result in accepted)
            await store.AddReasonAsync(Guid.Parse(result.Pipeline.Id), result.Pipeline.Version, request.Reason, cancellationToken);
        var ids = answered.Results.Where(result => result.Pipeline is not null).Select(result => Guid.Parse(result.Pipeline.Id)).ToList();
        var standing = (await reads.ByIdsAsync(ids, cancellationToken)).ToDictionary(pipeline => pipeline.Id, StringComparer.Ordinal);
        foreach (var result in answered.Results.Where(result => result.Pipeline is not null)) result.Pipeline = standing[result.Pipeline.Id];
        return answered;
    }

    static ApplyPipelineResponse WithoutState(ApplyPipelineResponse response)
    {
        var kept = response.Clone();
        foreach (var result in kept.Results.Where(result => result.Pipeline is not null))
            result.Pipeline = new Pipeline { Id = result.Pipeline.Id, Version = result.Pipeline.Version };
        return kept;
    }
}
