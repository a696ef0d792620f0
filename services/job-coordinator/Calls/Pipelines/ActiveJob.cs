using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>A pipeline's active job.</summary>
/// <param name="Id">The job.</param>
/// <param name="State">Its state.</param>
/// <param name="Intent">What a stop in progress ends in.</param>
/// <param name="Mode">Of a cancel in progress.</param>
/// <param name="IsBorn">Whether it is there; false: its pipeline is claimed for it, and it will be Pending.</param>
/// <param name="IsHeld">Whether a guard has stopped it until somebody looks.</param>
sealed record ActiveJob(Guid Id, string State, StopIntent? Intent = null, CancelMode? Mode = null, bool IsBorn = true, bool IsHeld = false)
{
    /// <summary>Null: the pipeline has none.</summary>
    public static async Task<ActiveJob?> OfAsync(NpgsqlConnection connection, Guid pipeline, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
             select j.job_id, j.state, j.intent, j.mode, true, j.state = 'Paused' and coalesce(j.stop_cause = 'Guard', false) from coordinator.sync_job j where j.pipeline_id = $1 and {JobStates.IsActive}
             union all
             select p.current_job_id, 'Pending', null, null, false, false from coordinator.pipeline p
             where p.pipeline_id = $1 and p.current_job_id is not null
               and not exists (select from coordinator.sync_job j where j.job_id = p.current_job_id)
             limit 1
             """,
            connection);
        command.Parameters.AddWithValue(pipeline);
        return (await command.ListAsync(Read, cancellationToken)).SingleOrDefault();
    }

    static ActiveJob Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.Text(2) is { } intent ? Enum.Parse<StopIntent>(intent) : null,
        row.Text(3) is { } mode ? Enum.Parse<CancelMode>(mode) : null, row.GetBoolean(4), row.GetBoolean(5));

    public static ActiveJob Of(JobRow job) => new(
        job.Id, job.State, job.Intent, job.Mode, IsHeld: job is { State: nameof(SyncJobStateMachine.Paused), StopCause: StopCause.Guard });
}
