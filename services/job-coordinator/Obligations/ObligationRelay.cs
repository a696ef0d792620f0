using System.Text.Json;
using Headgate.Contracts.Jobs;
using Headgate.Hosting.Bus;
using Headgate.Hosting.Faults;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Pipelines;
using MassTransit;
using Npgsql;

namespace Headgate.JobCoordinator.Obligations;

/// <summary>
/// Sends what is owed: hears of new rows by NOTIFY, looks every second besides, and marks a row done after the broker's confirm.
/// Several coordinators share the work by SKIP LOCKED.
/// </summary>
sealed partial class ObligationRelay(CoordinatorState state, IBus bus, TimeProvider time, ILogger<ObligationRelay> log) : BackgroundService
{
    const int BatchSize = 100;
    static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var ear = await state.Source.OpenConnectionAsync(stoppingToken);
                await using (var listen = new NpgsqlCommand("listen headgate_obligation", ear)) await listen.ExecuteNonQueryAsync(stoppingToken);
                while (true)
                {
                    while (await SendDueAsync(stoppingToken) == BatchSize) { }
                    await ear.WaitAsync(Period, stoppingToken);
                }
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it was, what is owed stays owed: the next look finds it.
                LogDatabaseAway(error.GetType().Name, (error as PostgresException)?.SqlState);
                await Task.Delay(Period, time, stoppingToken);
            }
        }
    }

    async Task<int> SendDueAsync(CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var due = await DueAsync(connection, cancellationToken);
        foreach (var row in due) await SendOneAsync(connection, row, cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
        return due.Count;
    }

    async Task SendOneAsync(NpgsqlConnection connection, Due row, CancellationToken cancellationToken)
    {
        try
        {
            var type = typeof(AcceptJob).Assembly.GetType(row.Message, throwOnError: true)!;
            var message = JsonSerializer.Deserialize(row.Body, type, PipelineJson.Options)!;
            await FaultPoint.ReachedAsync(FaultPoints.ObligationDue, type.Name);
            if (row.Lane is null) await bus.Publish(message, type, Pipe.Execute<PublishContext>(context => context.MessageId = row.Id), cancellationToken);
            else await SendAsync(row, message, type, cancellationToken);
            await FaultPoint.ReachedAsync(FaultPoints.ObligationSent, type.Name);
            await MarkAsync(connection, "update coordinator.obligation set done_at = now() where obligation_id = $1", row.Id);
        }
        catch (Exception error) when (error is not NpgsqlException && !cancellationToken.IsCancellationRequested)
        {
            // The broker is away, or one message cannot be sent: the others go on, this one comes again with growing delay.
            LogNotSent(row.Message, row.About, error.GetType().Name);
            await MarkAsync(
                connection,
                "update coordinator.obligation set tries = tries + 1, not_before = now() + 2 ^ least(tries, 6) * interval '1 second' where obligation_id = $1",
                row.Id);
        }
    }

    async Task SendAsync(Due row, object message, Type type, CancellationToken cancellationToken)
    {
        var endpoint = await bus.GetSendEndpoint(Lanes.Address(row.Lane!));
        await endpoint.Send(message, type, Pipe.Execute<SendContext>(context => context.MessageId = row.Id), cancellationToken);
    }

    static async Task<List<Due>> DueAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select obligation_id, coalesce(job_id, pipeline_id), message, lane, body::text from coordinator.obligation
            where done_at is null and not_before <= now() order by not_before, sequence limit $1 for update skip locked
            """,
            connection);
        command.Parameters.AddWithValue(BatchSize);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var due = new List<Due>();
        while (await reader.ReadAsync(cancellationToken))
            due.Add(new Due(reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetString(4)));
        return due;
    }

    static async Task MarkAsync(NpgsqlConnection connection, string sql, Guid id)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue(id);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    sealed record Due(Guid Id, Guid About, string Message, string? Lane, string Body);
}
