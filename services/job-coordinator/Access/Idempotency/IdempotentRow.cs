using Google.Protobuf;
using Grpc.Core;
using Headgate.JobCoordinator.Database;
using Npgsql;
using RichStatus = Google.Rpc.Status;

namespace Headgate.JobCoordinator.Access.Idempotency;

/// <summary>The row of a call in coordinator.idempotent_call.</summary>
sealed class IdempotentRow(CoordinatorState state, CallKey key)
{
    const string OfKey = "where caller = $1 and method = $2 and idempotency_key = $3";

    /// <summary>Writes it down if it is new, and reads it: it is there before the call is executed, whatever becomes of that.</summary>
    public async Task<KnownCall> ClaimAsync(byte[] requestHash, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using (var insert = Command(
            connection,
            """
            insert into coordinator.idempotent_call as known (caller, method, idempotency_key, request_hash) values ($1, $2, $3, $4)
            on conflict (caller, method, idempotency_key)
            do update set request_hash = excluded.request_hash, call_id = gen_random_uuid(), is_free = false
            where known.is_free and known.request_hash <> excluded.request_hash
            """))
        {
            insert.Parameters.AddWithValue(requestHash);
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        return await ReadAsync(connection, forUpdate: false, cancellationToken) ?? throw TooOld();
    }

    /// <summary>The same, once whoever executes the same call at the same time has answered it; nobody else does until the transaction's end.</summary>
    public async Task<KnownCall> LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await ReadAsync(connection, forUpdate: true, cancellationToken) ?? throw TooOld();

    /// <summary>Null: no call with that key is known.</summary>
    public async Task<Guid?> IdAsync(CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        return (await ReadAsync(connection, forUpdate: false, cancellationToken))?.Id;
    }

    public Task AnswerAsync(NpgsqlConnection connection, Guid call, IMessage response) => SetAsync(connection, "response", call, response.ToByteArray());

    public Task RefuseAsync(NpgsqlConnection connection, Guid call, RpcException refusal) => SetAsync(
        connection,
        "refused_with",
        call,
        (refusal.GetRpcStatus() ?? new RichStatus { Code = (int)refusal.StatusCode, Message = refusal.Status.Detail }).ToByteArray());

    /// <summary>
    /// Nothing was done: the key is free for what was meant. Until that comes the call stays what it is, since it may be executed elsewhere at
    /// the same time and find what this one has not.
    /// </summary>
    /// <returns>The call as it is known, if it was answered meanwhile.</returns>
    public async Task<KnownCall?> FreeAsync(Guid call)
    {
        await using var connection = await state.Source.OpenConnectionAsync();
        await using (var command = Command(
            connection, $"update coordinator.idempotent_call set is_free = true {OfKey} and call_id = $4 and response is null and refused_with is null"))
        {
            command.Parameters.AddWithValue(call);
            await command.ExecuteNonQueryAsync();
        }

        return await ReadAsync(connection, forUpdate: false, CancellationToken.None) is { IsAnswered: true } known && known.Id == call ? known : null;
    }

    async Task<KnownCall?> ReadAsync(NpgsqlConnection connection, bool forUpdate, CancellationToken cancellationToken)
    {
        await using var command = Command(
            connection, $"select call_id, request_hash, response, refused_with from coordinator.idempotent_call {OfKey} {(forUpdate ? "for update" : "")}");
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new KnownCall(row.GetGuid(0), row.GetFieldValue<byte[]>(1), Bytes(row, 2), Bytes(row, 3))
            : null;
    }

    // Of this call alone: the key may be that of another one by now.
    async Task SetAsync(NpgsqlConnection connection, string column, Guid call, byte[] value)
    {
        await using var command = Command(connection, $"update coordinator.idempotent_call set is_free = false, {column} = $5 {OfKey} and call_id = $4");
        command.Parameters.AddWithValue(call);
        command.Parameters.AddWithValue(value);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    static byte[]? Bytes(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<byte[]>(column);

    // Purged in between: a day has passed meanwhile, and whoever repeats then is told so.
    static RpcException TooOld() => new(new Status(StatusCode.Aborted, "The idempotency_key is too old."));

    NpgsqlCommand Command(NpgsqlConnection connection, string sql)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue(key.Caller);
        command.Parameters.AddWithValue(key.Method);
        command.Parameters.AddWithValue(key.IdempotencyKey);
        return command;
    }
}
