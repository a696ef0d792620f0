using Headgate.Contracts.Events;
using Headgate.Scheduler.Events.Runs;
using Headgate.Scheduler.State;
using Npgsql;

namespace Headgate.Scheduler.Events.Receiving;

/// <summary>Keeps events: each once, together with the runs that it asks for.</summary>
sealed class EventStore(SchedulerState state, TimeProvider time)
{
    /// <summary>
    /// Writes down an event and its runs, all or nothing, by the triggers that are in force in this moment. Of one that came before nothing
    /// is changed but the count of its repeats.
    /// </summary>
    /// <returns>What it is, and of a new one its runs. Those of a delivery that did not get to its end are <see cref="OpenRuns"/>' to ask for.</returns>
    public async Task<(Reception Reception, IReadOnlyList<OpenRun> Runs)> KeepAsync(UpstreamEvent received, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        IReadOnlyList<OpenRun> runs = [];
        Reception reception;
        if (await InsertAsync(connection, received, cancellationToken) is { } number)
        {
            runs = await MatchAsync(connection, received, number, time.GetUtcNow() + EventRuns.Grace, cancellationToken);
            reception = runs.Count > 0 ? Reception.Matched : Reception.Unmatched;
        }
        else
        {
            reception = await RepeatAsync(connection, received, cancellationToken);
        }

        await transaction.CommitAsync(CancellationToken.None);
        return (reception, runs);
    }

    /// <summary>
    /// Matches what was received since a moment once more, by the triggers of now, and writes down the runs that are missing; they are
    /// <see cref="OpenRuns"/>' to ask for.
    /// </summary>
    public async Task MatchAgainAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        foreach (var (number, received) in await ReceivedAsync(connection, since, cancellationToken))
            await MatchAsync(connection, received, number, time.GetUtcNow(), cancellationToken);
    }

    static async Task<List<(long Number, UpstreamEvent Received)>> ReceivedAsync(
        NpgsqlConnection connection, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select event_no, type, subject, event_id, occurred_at from scheduler.upstream_event where received_at >= $1 order by event_no", connection);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = since.ToUniversalTime() });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<(long, UpstreamEvent)>();
        while (await row.ReadAsync(cancellationToken))
        {
            found.Add((row.GetInt64(0), new UpstreamEvent
            {
                Type = row.GetString(1),
                Subject = row.IsDBNull(2) ? null : row.GetString(2),
                Id = row.GetString(3),
                Time = row.GetFieldValue<DateTimeOffset>(4),
            }));
        }

        return found;
    }

    // Another instance that has the same event in hand is waited for here.
    async Task<long?> InsertAsync(NpgsqlConnection connection, UpstreamEvent received, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into scheduler.upstream_event (event_id, type, subject, occurred_at, received_at) values ($1, $2, $3, $4, $5)
            on conflict (event_id) do nothing returning event_no
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = received.Id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = received.Type });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = received.Subject });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = received.Time.ToUniversalTime() });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
        return await command.ExecuteScalarAsync(cancellationToken) as long?;
    }

    async Task<IReadOnlyList<OpenRun>> MatchAsync(
        NpgsqlConnection connection, UpstreamEvent received, long number, DateTimeOffset notBefore, CancellationToken cancellationToken)
    {
        var bound = await BoundPipeline.OfAsync(connection, received, cancellationToken);
        if (bound.Count == 0) return [];
        // Each time a new id, which is in the row before anybody asks for the run: the coordinator knows its jobs for longer than ids of events
        // are known here, and an id that counts again would be answered with the job that it started the first time.
        OpenRun[] runs =
        [
            .. bound.Select(pipeline => new OpenRun(
                Guid.CreateVersion7(time.GetUtcNow()), pipeline.Id, pipeline.Project, pipeline.Name, received.Type, received.Subject, received.Id)),
        ];
        await using var command = new NpgsqlCommand(
            """
            insert into scheduler.event_run (run_id, event_no, pipeline_id, project, pipeline, not_before)
            select run_id, $1, pipeline_id, project, pipeline, $2 from unnest($3, $4, $5, $6) r (run_id, pipeline_id, project, pipeline)
            on conflict (event_no, pipeline_id) do nothing
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = number });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = notBefore.ToUniversalTime() });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. runs.Select(run => run.RunId)] });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. runs.Select(run => run.PipelineId)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. runs.Select(run => run.Project)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. runs.Select(run => run.Pipeline)] });
        await command.ExecuteNonQueryAsync(cancellationToken);
        return runs;
    }

    static async Task<Reception> RepeatAsync(NpgsqlConnection connection, UpstreamEvent received, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            update scheduler.upstream_event set repeats = repeats + 1 where event_id = $1
            returning type = $2 and subject is not distinct from $3
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = received.Id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = received.Type });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = received.Subject });
        return await command.ExecuteScalarAsync(cancellationToken) is false ? Reception.Conflicting : Reception.Repeated;
    }
}
