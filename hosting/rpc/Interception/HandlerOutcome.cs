using Grpc.Core;

namespace Headgate.Rpc.Interception;

/// <summary>The status that a handler's exception means.</summary>
static class HandlerOutcome
{
    public static StatusCode Of(Exception error, ServerCallContext context, TimeProvider time) => error switch
    {
        RpcException known => known.StatusCode,
        OperationCanceledException when context.CancellationToken.IsCancellationRequested =>
            context.Deadline <= time.GetUtcNow().UtcDateTime ? StatusCode.DeadlineExceeded : StatusCode.Cancelled,
        _ => StatusCode.Unknown,
    };
}
