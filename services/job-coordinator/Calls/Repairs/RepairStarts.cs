using Headgate.Contracts.Repairs;
using Headgate.Hosting.Faults;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.JobCoordinator.Calls.Pipelines;

namespace Headgate.JobCoordinator.Calls.Repairs;

/// <summary>Starts the job of a repair. Its keys are at the destination before its run is asked for, under the id that the job will have.</summary>
sealed class RepairStarts(RepairLogs logs, RunQuestions questions)
{
    /// <exception cref="Grpc.Core.RpcException">UNAVAILABLE, or FAILED_PRECONDITION: it was not started, and why.</exception>
    public async Task<V1.Job> StartAsync(
        IdempotentCall call, AskedRepair asked, RepairScope scope, Caller caller, string reason, CancellationToken cancellationToken)
    {
        await logs.AskAsync(
            scope.Job,
            async log =>
            {
                await log.ReadyAsync(scope.Writer, cancellationToken);
                if (scope.Log.Keys is { } keys) await log.SelectAsync(call.Id, scope.KeysOf, keys, cancellationToken);
                return true;
            },
            cancellationToken);
        await FaultPoint.ReachedAsync(FaultPoints.SelectionKept);
        var repair = new StartRepair
        {
            RunId = call.Id,
            Project = scope.Pipeline.Project,
            Pipeline = scope.Pipeline.Name,
            PipelineId = scope.Pipeline.Id,
            Kind = asked.Kind,
            Repair = scope.Repair,
            Actor = caller.Name,
            Reason = reason.Length > 0 ? reason : null,
        };
        var answer = await questions.AskAsync(repair, scope.Pipeline, cancellationToken);
        return await questions.JobAsync(repair, answer, cancellationToken);
    }
}
