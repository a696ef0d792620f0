using Headgate.Contracts.Jobs;
using Headgate.Contracts.Sources;
using Headgate.Hosting.Bus;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Reading;
using MassTransit;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Headgate.JobCoordinator.Calls.Commanding;

/// <summary>
/// Refuses to resume a job whose source has changed since it planned. The workers look, since they have the plans and the way to the source;
/// a source that cannot be looked at now is no reason to refuse, and the preparation looks again.
/// </summary>
sealed class ResumeCheck(IBus bus, CoordinatorState state, CallRooms rooms, IOptions<CoordinatorOptions> options)
{
    const int ChangesShown = 3;

    /// <param name="order">By whom and why.</param>
    /// <param name="job">The job.</param>
    /// <param name="messageId">Under which a refusal is recorded.</param>
    /// <param name="patience">How long it may take.</param>
    /// <param name="cancellationToken">Ends it, unless it is decided.</param>
    /// <returns>The refusal; null: it is for the job to answer.</returns>
    /// <exception cref="Grpc.Core.RpcException">UNAVAILABLE: no worker has looked in time, and nothing was done.</exception>
    public async Task<CommandAnswered?> RefuseAsync(
        JobOrder order, Guid job, Guid messageId, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (await AttemptToCompareAsync(job, messageId, cancellationToken) is not { } attempt) return null;
        var found = await CompareAsync(job, attempt, Min(patience, options.Value.LookPatience), cancellationToken);
        return found.ChangeCount == 0 ? null : await RecordAsync(order, job, messageId, attempt, found, cancellationToken);
    }

    // Of a job that would go on, with plans to go on with. A message that was answered before is answered as it was.
    async Task<int?> AttemptToCompareAsync(Guid job, Guid messageId, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            select j.attempt from coordinator.sync_job j
            where j.job_id = $1 and j.state in ('Paused', 'Failed') and j.resume_to in ('Initializing', 'Processing')
              and exists (select from coordinator.job_object o where o.job_id = j.job_id and o.state in ('Extracting', 'Extracted'))
              and not exists (select from coordinator.job_command c where c.message_id = $2)
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = messageId });
        return await command.ExecuteScalarAsync(cancellationToken) as int?;
    }

    async Task<PlansCompared> CompareAsync(Guid job, int attempt, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            return await bus.AskAsync<ComparePlans, PlansCompared>(
                Lanes.Checks, new ComparePlans { JobId = job, Attempt = attempt }, patience, cancellationToken);
        }
        catch (MassTransitException)
        {
            throw CallErrors.Unavailable("No worker has compared the source with the job's plans in time; the job was not resumed. Try again.");
        }
    }

    // Recorded like any other refusal, if the job still stands where it stood.
    async Task<CommandAnswered?> RecordAsync(
        JobOrder order, Guid job, Guid messageId, int attempt, PlansCompared found, CancellationToken cancellationToken)
    {
        using var place = await rooms.ToWriteAsync(cancellationToken);
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            "select state from coordinator.sync_job where job_id = $1 and attempt = $2 and state in ('Paused', 'Failed') for update", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = attempt });
        var standing = await command.ListAsync(row => row.GetString(0), cancellationToken);
        if (standing is not [var stands]) return null;
        if (await RecordedCommands.AnsweredBeforeAsync(connection, messageId, cancellationToken) is { } before) return before;
        var answer = new CommandAnswered
        {
            JobId = job,
            Outcome = CommandOutcome.Refused,
            State = stands,
            Rule = CommandRule.SchemaChanged,
            Sentence = Sentence(found),
        };
        await RecordedCommands.AddAsync(connection, answer, nameof(V1.Operation.ResumeJob), messageId, order);
        await transaction.CommitAsync(CancellationToken.None);
        return answer;
    }

    static string Sentence(PlansCompared found)
    {
        var shown = found.Changes.Take(ChangesShown).Select(change => change.Sentence.TrimEnd('.')).ToList();
        var more = found.ChangeCount - shown.Count;
        return $"Refused: the source has changed since the job planned, so that it is restarted, not resumed. {string.Join("; ", shown)}"
            + (more > 0 ? $"; and {more} more." : ".");
    }

    static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
