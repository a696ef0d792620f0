using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Calls.Commanding;

/// <summary>Commands that are decided under the lock of their job's row, as sagas record theirs: in the transaction that carries them out.</summary>
static class RecordedCommands
{
    public static CommandAnswered Missing(Guid job) => new()
    {
        JobId = job,
        Outcome = CommandOutcome.Refused,
        State = nameof(CommandRule.Missing),
        Sentence = "There is no such job.",
        Rule = CommandRule.Missing,
    };

    /// <summary>What the same message was answered before; null: it is new.</summary>
    public static async Task<CommandAnswered?> AnsweredBeforeAsync(NpgsqlConnection connection, Guid messageId, CancellationToken cancellationToken)
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

    /// <summary>Not cancelable: it is decided.</summary>
    public static async Task AddAsync(NpgsqlConnection connection, CommandAnswered answer, string name, Guid messageId, JobOrder order)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into coordinator.job_command (job_id, command, operation, actor, reason, message_id, state_before, state_after, outcome,
                                                 rule, sentence)
            values ($1, $4, $4, $5, $3, $2, $6, $6, $7, $8, $9)
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = answer.JobId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = messageId });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = order.Reason });
        foreach (var text in (ReadOnlySpan<string?>)
                 [name, order.Actor, answer.State, answer.Outcome.ToString(), answer.Rule?.ToString(), answer.Sentence])
            command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = text });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
