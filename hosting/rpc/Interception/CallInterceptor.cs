using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Headgate.Rpc.Interception;

/// <summary>An interceptor that does the same around calls of all kinds.</summary>
public abstract class CallInterceptor : Interceptor
{
    public sealed override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        AroundAsync(context, () => continuation(request, context));

    public sealed override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        AroundAsync(context, () => continuation(requestStream, context));

    public sealed override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        AroundAsync(context, () => WithoutResult(continuation(request, responseStream, context)));

    public sealed override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        AroundAsync(context, () => WithoutResult(continuation(requestStream, responseStream, context)));

    /// <summary>Runs the handler, or throws an <see cref="RpcException"/> instead.</summary>
    /// <typeparam name="T">The response, or nothing of interest for calls that stream theirs.</typeparam>
    protected abstract Task<T> AroundAsync<T>(ServerCallContext context, Func<Task<T>> handler);

    static async Task<object?> WithoutResult(Task task)
    {
        await task;
        return null;
    }
}
