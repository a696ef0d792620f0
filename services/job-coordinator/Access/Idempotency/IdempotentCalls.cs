using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Methods;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Database;

namespace Headgate.JobCoordinator.Access.Idempotency;

/// <summary>
/// Executes calls with an idempotency_key once. Such a call is written down, with an id of its own, before it is executed; nothing is held
/// meanwhile. A repeat, also one at the same time or after a crash, is executed under the same id, by which whatever it reaches knows it
/// again, unless it is answered already; what it writes itself it writes under its row's lock, where the second finds the first's answer.
/// </summary>
sealed class IdempotentCalls(CoordinatorState state, CallRooms rooms)
{
    /// <summary>Executes a call, or answers it as the first of its idempotency_key was answered.</summary>
    /// <param name="context">The call.</param>
    /// <param name="request">Its request; reason and idempotency_key are not compared with those of the first.</param>
    /// <param name="first">Executes it. What it throws as FAILED_PRECONDITION is kept like an answer; any other exception leaves the call unanswered.</param>
    /// <param name="again">Of the answer to the first makes the one to a repeat: the same, with what it is about as it now stands.</param>
    /// <param name="kept">What is kept of an answer, where that is not all. It holds no secrets.</param>
    public async Task<TResponse> RunAsync<TRequest, TResponse>(
        ServerCallContext context, TRequest request, Func<IdempotentCall, Task<TResponse>> first,
        Func<TResponse, Task<TResponse>> again, Func<TResponse, TResponse>? kept = null)
        where TRequest : IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>, new()
    {
        if (RowOf(context, request) is not { } row) return await ExecuteAsync(new IdempotentCall(state, rooms, Guid.CreateVersion7()), first, kept);
        var hash = SHA256.HashData(CommandFields.Content(request).ToByteArray());
        var known = await row.ClaimAsync(hash, context.CancellationToken);
        if (!known.RequestHash.AsSpan().SequenceEqual(hash))
            throw CallErrors.Invalid(("idempotency_key", "It was used before for a call with other content."));
        if (known.IsAnswered) return await again(known.Answer<TResponse>());
        try
        {
            return await ExecuteAsync(new IdempotentCall(state, rooms, known.Id, row), first, kept);
        }
        catch (AnsweredMeanwhileException answered)
        {
            return await again(answered.Call.Answer<TResponse>());
        }
        catch (RpcException error) when (IsNothingDone(error.StatusCode))
        {
            // Unless it was executed elsewhere, and is not found any more for that reason.
            if (await row.FreeAsync(known.Id) is not { } answered) throw;
            return await again(answered.Answer<TResponse>());
        }
    }

    /// <summary>The <see cref="IdempotentCall.Id"/> of a call, first or repeat; null: it has no idempotency_key, or is not known.</summary>
    public async Task<Guid?> IdOfAsync(ServerCallContext context, IMessage request) =>
        RowOf(context, request) is { } row ? await row.IdAsync(context.CancellationToken) : null;

    static bool IsNothingDone(StatusCode code) =>
        code is StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.PermissionDenied or StatusCode.Unimplemented;

    IdempotentRow? RowOf(ServerCallContext context, IMessage request) => CommandFields.KeyOf(request) is { Length: > 0 } key
        ? new IdempotentRow(state, new CallKey(context.Caller().Identity, context.Method.TrimStart('/'), key))
        : null;

    static async Task<TResponse> ExecuteAsync<TResponse>(
        IdempotentCall call, Func<IdempotentCall, Task<TResponse>> first, Func<TResponse, TResponse>? kept)
        where TResponse : class, IMessage<TResponse>, new()
    {
        await using var _ = call;
        try
        {
            var response = await first(call);
            await call.AnswerAsync(kept is null ? response : kept(response));
            return response;
        }
        catch (RpcException refusal) when (refusal.StatusCode == StatusCode.FailedPrecondition)
        {
            await call.RefuseAsync(refusal);
            throw;
        }
    }
}
