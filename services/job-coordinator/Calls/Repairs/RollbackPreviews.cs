using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Repairs;
using Headgate.Hosting.Bus;
using Headgate.JobCoordinator.Pipelines;
using Headgate.V1;
using MassTransit;

namespace Headgate.JobCoordinator.Calls.Repairs;

/// <summary>What a rollback would do as the rows are now, which a worker looks up: the coordinator needs no right on tables of records.</summary>
sealed class RollbackPreviews(PipelineStore store, IBus bus)
{
    // Somebody sits and waits for it.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Adds to the estimate what is found.</summary>
    /// <returns>What there is to say of it, beginning with a space.</returns>
    public async Task<string> AddAsync(RepairScope scope, RunEstimate estimate, CancellationToken cancellationToken)
    {
        // Chosen keys are kept at the destination with the job that they are chosen for.
        if (scope.Repair.HasKeys) return " How many somebody has changed since is not known before.";
        if (await AskAsync(scope, cancellationToken) is not { } found)
            return " How many somebody has changed since is not known: no worker has looked in time.";
        foreach (var (table, shown) in scope.Tables.Zip(estimate.Objects))
        {
            if (found.Objects.SingleOrDefault(each => each.ObjectNo == table.ObjectNo) is not { } each) continue;
            (shown.PutBack, shown.InsertsDeleted, shown.DeletesRestored) = (each.PutBack, each.InsertsDeleted, each.DeletesRestored);
            (shown.Unchanged, shown.Conflicts) = (each.Unchanged, each.Conflicts);
        }

        var blocked = string.Concat(found.Blocked.Select(each => $" {each.Problem.Sentence}"));
        var unknown = found.Problem is { } problem ? $" How many somebody has changed since is not known of every object: {problem.Sentence}" : "";
        var conflicts = found.Objects.Count == 0 ? "" : $" As things stand that is {found.Objects.Sum(each => each.Conflicts):N0} records.";
        return conflicts + blocked + unknown;
    }

    async Task<RollbackPreviewed?> AskAsync(RepairScope scope, CancellationToken cancellationToken)
    {
        var question = new PreviewRollback
        {
            PipelineId = scope.Pipeline.Id,
            Pipeline = await DefinitionAsync(scope, cancellationToken),
            Repair = scope.Repair,
            Objects = [.. scope.Tables.Select(table => new RepairedObject
            {
                ObjectNo = table.ObjectNo, OfObjectNo = table.ObjectNo, WasReplaced = table.IsReplaced,
            })],
        };
        try
        {
            return await bus.AskAsync<PreviewRollback, RollbackPreviewed>(Lanes.Checks, question, Patience, cancellationToken);
        }
        catch (RequestException)
        {
            return null;
        }
    }

    // As the rollback itself would go by.
    async Task<PipelineDefinition> DefinitionAsync(RepairScope scope, CancellationToken cancellationToken) => RollbackDefinition.Of(
        await store.DefinitionAsync(scope.Job.PipelineId, scope.Job.PipelineVersion, cancellationToken),
        await store.DefinitionAsync(scope.Pipeline.Id, scope.Pipeline.Version, cancellationToken),
        await store.DestinationAsync(scope.Job.PipelineId, scope.Job.PipelineVersion, cancellationToken));
}
