using Grpc.Core;
using Headgate.Contracts.Repairs;
using Headgate.Contracts.Runs;
using Headgate.Hosting.Faults;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.JobCoordinator.Calls.Pipelines;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Calls.Repairs;

/// <summary>Starts the job of a repair. Its keys are at the destination before its run is asked for, under the id that the job will have.</summary>
sealed class RepairStarts(RepairLogs logs, RunQuestions questions, CoordinatorState state)
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
                if (scope.Log.Keys is { } keys)
                {
                    await NoteAsync(call.Id, scope.Job, cancellationToken);
                    await log.SelectAsync(call.Id, scope.KeysOf, keys, cancellationToken);
                }

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
            PipelineVersion = asked.Kind == JobKind.Replay ? scope.Pipeline.Version : null,
            Actor = caller.Name,
            Reason = reason.Length > 0 ? reason : null,
        };
        var answer = await AskAsync(repair, scope, cancellationToken);
        return await questions.JobAsync(repair, answer, cancellationToken);
    }

    // Should neither this call nor a repeat of it come any further: LogUpkeep removes the keys of a repair that is none a day later.
    async Task NoteAsync(Guid repair, JobRow of, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            insert into coordinator.kept_keys (repair_id, pipeline_id, pipeline_version) values ($1, $2, $3)
            on conflict (repair_id) do update set kept_at = now()
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = repair });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = of.PipelineId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = of.PipelineVersion });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // Keys are records' values: of a job that there never will be they stay nowhere.
    async Task<RunAnswered> AskAsync(StartRepair repair, RepairScope scope, CancellationToken cancellationToken)
    {
        try
        {
            return await questions.AskAsync(repair, scope.Pipeline, cancellationToken);
        }
        catch (RpcException refusal) when (scope.Log.Keys is not null && IsRefused(refusal))
        {
            if (!await IsStartedAsync(repair.RunId, cancellationToken)) await logs.ForgetAsync(scope.Job, repair.RunId, refusal.Status.Detail, cancellationToken);
            throw;
        }
    }

    // By a repeat of the call at the same time, which was asked a moment later.
    async Task<bool> IsStartedAsync(Guid job, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            select exists (select from coordinator.sync_job where job_id = $1) or exists (select from coordinator.pipeline where current_job_id = $1)
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static bool IsRefused(RpcException error) => error.StatusCode is StatusCode.FailedPrecondition or StatusCode.NotFound;
}
