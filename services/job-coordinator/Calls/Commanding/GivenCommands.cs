using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Calls.Commanding;

/// <summary>What was recorded of commands, by the messages that brought them.</summary>
sealed class GivenCommands(CoordinatorState state)
{
    // Of the command c: it says how a job is stopped. An escalation makes the stop that of whoever asked for force.
    const string MakesStop = "c.command not in ('DeleteJob', 'SetJobRate') and c.outcome = 'Accepted'";

    /// <summary>The job that a message was for; null: it has not reached one.</summary>
    public async Task<Guid?> JobOfAsync(Guid message, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand("select job_id from coordinator.job_command where message_id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = message });
        return await command.ExecuteScalarAsync(cancellationToken) as Guid?;
    }

    /// <summary>
    /// Gives a reason to commands that were recorded without one, and to the stops that they have made, if these are the jobs' last ones.
    /// </summary>
    /// <returns>The jobs whose commands it was.</returns>
    public async Task<IReadOnlyList<Guid>> AddReasonAsync(IReadOnlyList<Guid> messages, string reason, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // First the jobs, as their sagas do: what a saga is about to record is later than what the second statement sees, or is seen by it.
        await using (var jobs = Command(
            """
            select from coordinator.sync_job where job_id in (
                select job_id from coordinator.job_command where message_id = any($1) and coalesce(reason, '') = '')
            order by job_id for update
            """))
            await jobs.ExecuteNonQueryAsync(cancellationToken);
        await using var reasons = Command(
            $"""
             with given as (
                 update coordinator.job_command set reason = $2 where message_id = any($1) and coalesce(reason, '') = '' returning *),
             stopped as (
                 update coordinator.sync_job j set stop_reason = $2 from given c
                 where j.job_id = c.job_id and j.intent is not null and coalesce(j.stop_reason, '') = '' and {MakesStop}
                   and not exists (select from coordinator.job_command c where c.job_id = j.job_id and {MakesStop}
                                   and c.command_id > (select max(g.command_id) from given g where g.job_id = j.job_id))
                 returning j.job_id),
             recorded as (
                 update coordinator.job_stop s set reason = $2 from stopped j
                 where s.stop_id = (select max(l.stop_id) from coordinator.job_stop l where l.job_id = j.job_id) and coalesce(s.reason, '') = '')
             select distinct job_id from given
             """);
        reasons.Parameters.Add(new NpgsqlParameter<string> { TypedValue = reason });
        var given = await reasons.ListAsync(row => row.GetGuid(0), cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
        return given;

        NpgsqlCommand Command(string sql)
        {
            var command = new NpgsqlCommand(sql, connection);
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. messages] });
            return command;
        }
    }
}
