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
    /// <param name="order">By whom and why.</param>
    /// <param name="cancellationToken">Ends it, unless it is decided.</param>
    /// <exception cref="Grpc.Core.RpcException">UNAVAILABLE: too many calls write at the same time.</exception>
    public async Task<CommandAnswered> DeleteAsync(Guid job, Guid messageId, JobOrder order, CancellationToken cancellationToken)
    {
        using var place = await rooms.ToWriteAsync(cancellationToken);
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await StateAsync(connection, job, cancellationToken) is not { } found) return RecordedCommands.Missing(job);
        if (await RecordedCommands.AnsweredBeforeAsync(connection, messageId, cancellationToken) is { } before) return before;
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
        if (outcome == CommandOutcome.Accepted) await HideAsync(connection, job);
        await RecordedCommands.AddAsync(connection, answer, nameof(V1.Operation.DeleteJob), messageId, order);
        await transaction.CommitAsync(CancellationToken.None);
        return answer;
    }

    static async Task<(string State, bool IsDeleted)?> StateAsync(NpgsqlConnection connection, Guid job, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select state, deleted_at is not null from coordinator.sync_job where job_id = $1 for update", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job });
        var found = await command.ListAsync((string, bool)? (row) => (row.GetString(0), row.GetBoolean(1)), cancellationToken);
        return found.SingleOrDefault();
    }

    static async Task HideAsync(NpgsqlConnection connection, Guid job)
    {
        await using var command = new NpgsqlCommand("update coordinator.sync_job set deleted_at = now() where job_id = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
