using Google.Protobuf;
using Grpc.Core;
using Npgsql;
using RichStatus = Google.Rpc.Status;

namespace Headgate.JobCoordinator.Access.Idempotency;

/// <summary>The row of a call in coordinator.idempotent_call.</summary>
sealed class IdempotentRow(NpgsqlConnection connection, CallKey key)
{
    /// <summary>Waits for a call of the same key that is being executed. False: it was executed.</summary>
    public async Task<bool> InsertAsync(byte[] requestHash, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            insert into coordinator.idempotent_call (caller, method, idempotency_key, request_hash) values ($1, $2, $3, $4)
            on conflict do nothing
            """);
        command.Parameters.AddWithValue(requestHash);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public async Task<(byte[] RequestHash, TResponse? Response, RpcException? Refusal)> ReadAsync<TResponse>(CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse>, new()
    {
        await using var command = Command(
            """
            select request_hash, response, refused_with from coordinator.idempotent_call
            where caller = $1 and method = $2 and idempotency_key = $3
            """);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        // Purged between the two statements: a day has passed meanwhile, and whoever repeats then is told so.
        if (!await row.ReadAsync(cancellationToken)) throw new RpcException(new Status(StatusCode.Aborted, "The idempotency_key is too old."));
        return row.IsDBNull(1)
            ? (row.GetFieldValue<byte[]>(0), null, RichStatus.Parser.ParseFrom(row.GetFieldValue<byte[]>(2)).ToRpcException())
            : (row.GetFieldValue<byte[]>(0), new MessageParser<TResponse>(() => new TResponse()).ParseFrom(row.GetFieldValue<byte[]>(1)), null);
    }

    public Task AnswerAsync(IMessage response) => SetAsync("response", response.ToByteArray());

    public Task RefuseAsync(RpcException refusal) => SetAsync(
        "refused_with",
        (refusal.GetRpcStatus() ?? new RichStatus { Code = (int)refusal.StatusCode, Message = refusal.Status.Detail }).ToByteArray());

    async Task SetAsync(string column, byte[] value)
    {
        await using var command = Command($"update coordinator.idempotent_call set {column} = $4 where caller = $1 and method = $2 and idempotency_key = $3");
        command.Parameters.AddWithValue(value);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    NpgsqlCommand Command(string sql)
    {
        // How long one waits for another is the caller's deadline to say.
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(key.Caller);
        command.Parameters.AddWithValue(key.Method);
        command.Parameters.AddWithValue(key.IdempotencyKey);
        return command;
    }
}
