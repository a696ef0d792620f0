using Headgate.Connectors.Repairs;
using Headgate.JobCoordinator.Calls.Pipelines;
using Headgate.JobCoordinator.Database;
using Headgate.V1;
using JobKind = Headgate.Contracts.Runs.JobKind;

namespace Headgate.JobCoordinator.Calls.Repairs;

/// <summary>How much a repair is about, by what is logged.</summary>
sealed class RepairEstimates(CoordinatorState state, RepairLogs logs)
{
    /// <summary>Logged changes by object number; null: they could not be counted in time.</summary>
    /// <exception cref="Grpc.Core.RpcException">FAILED_PRECONDITION: there is none. UNAVAILABLE: the destination cannot be asked.</exception>
    public async Task<IReadOnlyDictionary<int, LoggedCounts>?> CountAsync(RepairScope scope, CancellationToken cancellationToken)
    {
        var counts = await logs.AskAsync(scope.Job, log => log.CountAsync(scope.Log, cancellationToken), cancellationToken);
        if (counts is null || scope.Tables.Any(table => counts.GetValueOrDefault(table.ObjectNo) is { All: > 0 })) return counts;
        throw RepairRefusals.Nothing(
            scope.Job, scope.Log is { ObjectNo: null } ? "it has changed nothing" : "it has changed nothing of what is chosen");
    }

    /// <summary>What the repair would do, before it is asked for.</summary>
    public async Task<RunEstimate> OfAsync(
        JobKind kind, RepairScope scope, IReadOnlyDictionary<int, LoggedCounts>? counts, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        var active = await ActiveJob.OfAsync(connection, scope.Pipeline.Id, cancellationToken);
        var estimate = new RunEstimate { Destination = scope.Pipeline.Destination, ActiveJobId = active?.Id.ToString() ?? "" };
        foreach (var table in scope.Tables)
            estimate.Objects.Add(Show(kind, table, counts is null ? null : counts.GetValueOrDefault(table.ObjectNo) ?? new LoggedCounts(0, 0, 0)));
        estimate.Rows = estimate.Objects.Sum(each => each.Rows);
        return estimate;
    }

    static ObjectEstimate Show(JobKind kind, RepairedTable table, LoggedCounts? counts)
    {
        var shown = new ObjectEstimate { Source = table.Source, Destination = table.Destination };
        if (counts is null) return shown;
        shown.Rows = counts.All;
        if (kind != JobKind.Rollback) return shown;
        (shown.PutBack, shown.InsertsDeleted, shown.DeletesRestored) = (counts.Updated, counts.Inserted, counts.Deleted);
        return shown;
    }
}
