using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Methods;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Database;

namespace Headgate.JobCoordinator.Access.Idempotency;

/// <summary>
/// Executes calls with an idempotency_key once. The row of a call is inserted in a transaction that stays open until it is answered: a second
/// one at the same time waits for it there, in whatever process, and one whose process died leaves nothing behind.
/// </summary>
public sealed class IdempotentCalls(CoordinatorState state) : IDisposable
{
    // Each holds a connection while it waits, perhaps for a saga that needs connections of the same pool: never all of them.
    readonly SemaphoreSlim _room = new(24);

    /// <summary>Executes a call, or answers it as the first of its idempotency_key was answered.</summary>
    /// <param name="context">The call.</param>
    /// <param name="request">Its request; reason and idempotency_key are not compared with those of the first.</param>
    /// <param name="first">Executes it. What it throws as FAILED_PRECONDITION is kept like an answer; any other exception leaves nothing.</param>
    /// <param name="again">Of the answer to the first makes the one to a repeat: the same, with what it is about as it now stands.</param>
    /// <param name="kept">What is kept of an answer, where that is not all. It holds no secrets.</param>
    public async Task<TResponse> RunAsync<TRequest, TResponse>(
        ServerCallContext context, TRequest request, Func<IdempotentCall, Task<TResponse>> first,
        Func<TResponse, Task<TResponse>> again, Func<TResponse, TResponse>? kept = null)
        where TRequest : IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>, new()
    {
        if (CommandFields.KeyOf(request) is not { Length: > 0 } idempotencyKey) return await RunOnceAsync(first);
        var key = KeyOf(context, idempotencyKey);
        var hash = SHA256.HashData(CommandFields.Content(request).ToByteArray());
        await _room.WaitAsync(context.CancellationToken);
        try
        {
            await using var call = new IdempotentCall(state, key.Id);
            var row = new IdempotentRow(await call.ConnectionAsync(context.CancellationToken), key);
            if (await row.InsertAsync(hash, context.CancellationToken)) return await ExecuteAsync(call, row, first, kept);
            var answered = await row.ReadAsync<TResponse>(context.CancellationToken);
            if (!answered.RequestHash.AsSpan().SequenceEqual(hash))
                throw CallErrors.Invalid(("idempotency_key", "It was used before for a call with other content."));
            return await again(answered.Response ?? throw answered.Refusal!);
        }
        finally
        {
            _room.Release();
        }
    }

    /// <summary>The <see cref="IdempotentCall.Id"/> of a call, first or repeat; null: it has no idempotency_key.</summary>
    public static Guid? IdOf(ServerCallContext context, IMessage request) =>
        CommandFields.KeyOf(request) is { Length: > 0 } idempotencyKey ? KeyOf(context, idempotencyKey).Id : null;

    public void Dispose() => _room.Dispose();

    static CallKey KeyOf(ServerCallContext context, string idempotencyKey) =>
        new(context.Caller().Identity, context.Method.TrimStart('/'), idempotencyKey);

    async Task<TResponse> RunOnceAsync<TResponse>(Func<IdempotentCall, Task<TResponse>> first)
    {
        await using var call = new IdempotentCall(state, Guid.CreateVersion7());
        try
        {
            var response = await first(call);
            await call.CommitAsync();
            return response;
        }
        catch (RpcException refusal) when (refusal.StatusCode == StatusCode.FailedPrecondition)
        {
            await call.CommitAsync();
            throw;
        }
    }

    static async Task<TResponse> ExecuteAsync<TResponse>(
        IdempotentCall call, IdempotentRow row, Func<IdempotentCall, Task<TResponse>> first, Func<TResponse, TResponse>? kept)
        where TResponse : class, IMessage<TResponse>, new()
    {
        try
        {
            var response = await first(call);
            await row.AnswerAsync(kept is null ? response : kept(response));
            await call.CommitAsync();
            return response;
        }
        catch (RpcException refusal) when (refusal.StatusCode == StatusCode.FailedPrecondition)
        {
            await row.RefuseAsync(refusal);
            await call.CommitAsync();
            throw;
        }
    }
}
