using System.Text.Json;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Pipelines;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Headgate.JobCoordinator.Runs;

/// <summary>The run that waits for a pipeline's current job to end. The pipeline's row is locked by whoever calls.</summary>
static class WaitingRun
{
    const string Drop =
        """
        with waiting as (
            select pipeline_id, current_job_id, successor from coordinator.pipeline where pipeline_id = $1 and successor is not null for update),
        dropped as (
            update coordinator.pipeline p
            set successor = null, successor_told_at = null, updated_at = now(),
                state = case when p.state = 'Resyncing' and (w.successor ->> 'resync')::boolean then 'Enabled' else p.state end
            from waiting w where p.pipeline_id = w.pipeline_id)
        insert into coordinator.skipped_run (run_id, pipeline_id, job_id, trigger, trigger_detail, actor, trigger_reason, reason, rule)
        select (successor ->> 'runId')::uuid, pipeline_id, current_job_id, successor ->> 'trigger', successor ->> 'triggerDetail',
               successor ->> 'actor', successor ->> 'reason', $2, 'PipelineTakesNoRuns'
        from waiting on conflict do nothing
        """;

    /// <summary>Has the run wait, and gives what the current job is to be told.</summary>
    public static async Task<CancelJob> StoreAsync(CoordinatorDbContext db, StartJob run, PipelineRow pipeline, DateTimeOffset now)
    {
        var json = JsonSerializer.Serialize(run, PipelineJson.Options);
        await db.Database.ExecuteSqlAsync(
            $"""
             update coordinator.pipeline
             set successor = {json}::jsonb, state = {JobClaim.StateFor(run, pipeline)}, successor_told_at = now(), updated_at = now()
             where pipeline_id = {pipeline.pipeline_id}
             """);
        return CancelFor(run, pipeline.current_job_id!.Value) with { AskedAt = now };
    }

    /// <summary>Graceful, and accepted in every state in which a job is active, and where it has failed meanwhile.</summary>
    public static CancelJob CancelFor(StartJob run, Guid job) => new()
    {
        JobId = job,
        Actor = run.Actor,
        Reason = (run.Resync ? "the pipeline is resynced" : "another run takes its place") + (run.Reason is null ? "" : $": {run.Reason}"),
        PauseFirst = true,
        SuccessorId = run.RunId,
    };

    public static async Task<bool> IsThereAsync(NpgsqlConnection connection, Guid pipeline, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select successor is not null from coordinator.pipeline where pipeline_id = $1", connection);
        command.Parameters.AddWithValue(pipeline);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Records the run as skipped: the pipeline takes none any more.</summary>
    /// <returns>Whether one waited.</returns>
    public static async Task<bool> DropAsync(NpgsqlConnection connection, Guid pipeline, string why, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Drop, connection);
        command.Parameters.AddWithValue(pipeline);
        command.Parameters.AddWithValue(why);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <inheritdoc cref="DropAsync(NpgsqlConnection, Guid, string, CancellationToken)"/>
    public static Task<bool> DropAsync(CoordinatorDbContext db, Guid pipeline, string why) =>
        DropAsync((NpgsqlConnection)db.Database.GetDbConnection(), pipeline, why, CancellationToken.None);
}
