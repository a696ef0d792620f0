using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Calls.Commanding;

/// <summary>Hides jobs that have ended from lists. Their sagas take no part in it: it is decided under the lock of the job's row.</summary>
sealed class JobDeletion(CoordinatorState state, CallRooms rooms)
{
    /// <param name="job">The job.</param>
    /// <param name="messageId">Under which it is recorded: a deletion that comes again is answered as before.</param>
    /// <param name="actor">Who deletes it.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Ends it, unless it is decided.</param>
    /// <exception cref="Grpc.Core.RpcException">UNAVAILABLE: too many calls write at the same time.</exception>
    public async Task<CommandAnswered> DeleteAsync(Guid job, Guid messageId, string actor, string? reason, CancellationToken cancellationToken)
    {
        using var place = await rooms.ToWriteAsync(cancellationToken);
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await StateAsync(connection, job, cancellationToken) is not { } found) return Missing(job);
        if (await AnsweredBeforeAsync(connection, messageId, cancellationToken) is { } before) return before;
        var (outcome, rule) = CommandTable.Answer(V1.Operation.DeleteJob, found.State, intent: null, mode: null, found.IsDeleted);
        var answer = new CommandAnswered
        {
            JobId = job,
            Outcome = outcome,
            State = found.State,
            Rule = rule,
            Sentence = outcome switch
            {
                CommandOutcome.Accepted => "Hidden from lists; its audit trail and its log stay, and it is still found by id and Request ID.",
                CommandOutcome.AlreadySo => "Nothing to do: the job is deleted.",
                _ => "Refused: the job has not ended: cancel or discard it first.",
            },
        };
        await RecordAsync(connection, answer, messageId, actor, reason);
        await transaction.CommitAsync(CancellationToken.None);
        return answer;
    }

    static CommandAnswered Missing(Guid job) => new()
    {
        JobId = job,
        Outcome = CommandOutcome.Refused,
        State = nameof(CommandRule.Missing),
        Sentence = "There is no such job.",
        Rule = CommandRule.Missing,
    };

    static async Task<(string State, bool IsDeleted)?> StateAsync(NpgsqlConnection connection, Guid job, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select state, deleted_at is not null from coordinator.sync_job where job_id = $1 for update", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job });
        var found = await command.ListAsync((string, bool)? (row) => (row.GetString(0), row.GetBoolean(1)), cancellationToken);
        return found.SingleOrDefault();
    }

    static async Task<CommandAnswered?> AnsweredBeforeAsync(NpgsqlConnection connection, Guid messageId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select job_id, outcome, state_after, sentence, rule from coordinator.job_command where message_id = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = messageId });
        return (await command.ListAsync(
            row => new CommandAnswered
            {
                JobId = row.GetGuid(0),
                Outcome = Enum.Parse<CommandOutcome>(row.GetString(1)),
                State = row.GetString(2),
                Sentence = row.GetString(3),
                Rule = row.Text(4) is { } rule ? Enum.Parse<CommandRule>(rule) : null,
            },
            cancellationToken)).SingleOrDefault();
    }

    static async Task RecordAsync(NpgsqlConnection connection, CommandAnswered answer, Guid messageId, string actor, string? reason)
    {
        await using var command = new NpgsqlCommand(
            """
            with deleted as (update coordinator.sync_job set deleted_at = now() where job_id = $1 and $6 = 'Accepted')
            insert into coordinator.job_command (job_id, command, operation, actor, reason, message_id, state_before, state_after, outcome,
                                                 rule, sentence)
            values ($1, 'DeleteJob', 'DeleteJob', $2, $3, $4, $5, $5, $6, $7, $8)
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = answer.JobId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = actor });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = reason });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = messageId });
        foreach (var text in (ReadOnlySpan<string?>)[answer.State, answer.Outcome.ToString(), answer.Rule?.ToString(), answer.Sentence])
            command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = text });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
