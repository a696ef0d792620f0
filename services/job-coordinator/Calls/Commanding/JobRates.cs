using System.Text.Json;
using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reading;
using MassTransit;
using Npgsql;

namespace Headgate.JobCoordinator.Calls.Commanding;

/// <summary>
/// Limits how fast jobs move. Their sagas take no part in it, since no state changes by it: it is decided under the lock of the job's row,
/// and the workers are told by an obligation of the same transaction.
/// </summary>
sealed class JobRates(CoordinatorState state, CallRooms rooms)
{
    /// <summary>The highest ceiling, in records a second: more than any destination takes.</summary>
    public const int Most = 1_000_000_000;

    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: there is none, or it is out of bounds.</exception>
    public static int Check(string field, bool isSet, long rate) =>
        isSet && rate is >= 0 and <= Most
            ? (int)rate
            : throw CallErrors.Invalid((field, $"Expected records a second for the whole job, 1 to {Most:N0}, or 0 for no ceiling."));

    /// <summary>What a job would answer.</summary>
    /// <param name="state">Its state.</param>
    /// <param name="holds">The ceiling that holds for it, its own or its pipeline file's.</param>
    /// <param name="wanted">The one to be set.</param>
    public static (CommandOutcome Outcome, CommandRule? Rule) Answer(string state, long holds, long wanted)
    {
        var answer = CommandTable.Answer(V1.Operation.SetJobRate, state, intent: null, mode: null, isDeleted: false);
        return answer.Outcome == CommandOutcome.Accepted && holds == wanted ? (CommandOutcome.AlreadySo, null) : answer;
    }

    /// <param name="job">The job.</param>
    /// <param name="rate">Records a second; 0: no ceiling.</param>
    /// <param name="messageId">Under which it is recorded: a setting that comes again is answered as before.</param>
    /// <param name="order">By whom and why.</param>
    /// <param name="cancellationToken">Ends it, unless it is decided.</param>
    /// <exception cref="Grpc.Core.RpcException">UNAVAILABLE: too many calls write at the same time.</exception>
    public async Task<CommandAnswered> SetAsync(Guid job, int rate, Guid messageId, JobOrder order, CancellationToken cancellationToken)
    {
        using var place = await rooms.ToWriteAsync(cancellationToken);
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await FindAsync(connection, job, cancellationToken) is not { } found) return RecordedCommands.Missing(job);
        if (await RecordedCommands.AnsweredBeforeAsync(connection, messageId, cancellationToken) is { } before) return before;
        var (outcome, rule) = Answer(found.State, found.Holds, rate);
        var answer = new CommandAnswered
        {
            JobId = job,
            Outcome = outcome,
            State = found.State,
            Rule = rule,
            Sentence = (outcome, rule) switch
            {
                (CommandOutcome.Accepted, _) when rate == 0 => "From its next batch on the job moves records as fast as it can.",
                (CommandOutcome.Accepted, _) => $"From its next batch on the job moves {rate:N0} records a second at most.",
                (CommandOutcome.AlreadySo, _) => "Nothing to do: that is the job's ceiling.",
                (_, CommandRule.Final) => "Refused: the job has ended.",
                _ => "Refused: the job moves no more records.",
            },
        };
        if (outcome == CommandOutcome.Accepted) await ChangeAsync(connection, found, rate);
        await RecordedCommands.AddAsync(connection, answer, nameof(V1.Operation.SetJobRate), messageId, order);
        await transaction.CommitAsync(CancellationToken.None);
        return answer;
    }

    static async Task<Found?> FindAsync(NpgsqlConnection connection, Guid job, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select j.state, j.rate_no, coalesce(j.max_rows_per_second, (v.load ->> 'maxRowsPerSecond')::bigint, 0), (v.load ->> 'parallelism')::int
            from coordinator.sync_job j
            join coordinator.pipeline_version v on v.pipeline_id = j.pipeline_id and v.version = j.pipeline_version
            where j.job_id = $1 for update of j
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job });
        var found = await command.ListAsync(
            row => new Found(job, row.GetString(0), row.GetInt32(1), row.GetInt64(2), row.GetInt32(3)), cancellationToken);
        return found.SingleOrDefault();
    }

    // Told once the ceiling is committed: what leaves for the workers meanwhile is made from the row, before or after, and says which.
    static async Task ChangeAsync(NpgsqlConnection connection, Found job, int rate)
    {
        var told = new JobRateChanged { JobId = job.Id, RateNo = job.RateNo + 1, MaxRowsPerSecond = rate / (double)job.Parallelism };
        await using var command = new NpgsqlCommand(
            """
            with changed as (update coordinator.sync_job set max_rows_per_second = $2, rate_no = $3 where job_id = $1)
            insert into coordinator.obligation (obligation_id, job_id, message, body) values ($4, $1, $5, $6::jsonb)
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.Id });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = rate });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = told.RateNo });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = NewId.NextGuid() });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = typeof(JobRateChanged).FullName! });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = JsonSerializer.Serialize(told, PipelineJson.Options) });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    sealed record Found(Guid Id, string State, int RateNo, long Holds, int Parallelism);
}
