using System.Text.Json;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reading;
using Headgate.JobCoordinator.Runs;
using Npgsql;

namespace Headgate.JobCoordinator.Reconciling;

/// <summary>
/// Runs that wait for a job which is not on its way to an end (one that is being verified is): the cancel that they asked for was lost, or the
/// pipeline was given back to another job meanwhile.
/// </summary>
static class WaitingSuccessors
{
    /// <summary>What those jobs are to be told once more; each not again within the time given, by whichever coordinator looks.</summary>
    public static async Task<IReadOnlyList<CancelJob>> TakeDueAsync(CoordinatorState state, TimeSpan after, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            update coordinator.pipeline p set successor_told_at = now()
            from (select p.pipeline_id from coordinator.pipeline p join coordinator.sync_job j on j.job_id = p.current_job_id
                  where p.successor is not null and p.successor_told_at < now() - $1 and j.finished_at is null
                    and j.state not in ('Canceling', 'Collecting') and not (j.state = 'Pausing' and j.intent = 'Cancel')
                  order by p.successor_told_at limit 100 for update of p skip locked) due
            where p.pipeline_id = due.pipeline_id
            returning p.successor::text, p.current_job_id
            """);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = after });
        return await command.ListAsync(
            row => WaitingRun.CancelFor(JsonSerializer.Deserialize<StartJob>(row.GetString(0), PipelineJson.Options)!, row.GetGuid(1)), cancellationToken);
    }
}
