using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Headgate.JobCoordinator.Access.Audit;

/// <summary>
/// Records every command that is executed, in this order: that it begins, its execution, its outcome, the answer. A process that dies after
/// the execution leaves the row BEGUN without an outcome: there is no effect that the trail says nothing of, and no answer whose outcome it
/// has not. With the outcome's row alone an effect could be there that nobody is known to have asked for.
/// </summary>
sealed class AuditInterceptor(AuditTrail trail, TimeProvider time) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        if (AuditedCall.Of(context) is not { } call) return await continuation(request, context);
        await trail.BeginAsync(call);
        TResponse response;
        try
        {
            response = await continuation(request, context);
        }
        catch (Exception error)
        {
            // The message of an exception that was not made for callers is nobody's to read: it can hold anything.
            await trail.EndAsync(call, OutcomeOf(error, context), error is RpcException answered ? answered.Status.Detail : error.GetType().Name);
            throw;
        }

        await trail.EndAsync(call, context.Status.StatusCode, SentenceOf(response));
        return response;
    }

    StatusCode OutcomeOf(Exception error, ServerCallContext context) => error switch
    {
        RpcException answered => answered.StatusCode,
        OperationCanceledException when context.CancellationToken.IsCancellationRequested =>
            context.Deadline <= time.GetUtcNow().UtcDateTime ? StatusCode.DeadlineExceeded : StatusCode.Cancelled,
        _ => StatusCode.Unknown,
    };

    static string? SentenceOf(object response) =>
        response is IMessage message ? message.Descriptor.FindFieldByName("sentence")?.Accessor.GetValue(message) as string : null;
}
