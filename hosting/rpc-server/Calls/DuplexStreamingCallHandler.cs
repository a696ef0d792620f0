using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Headgate.Rpc.Server.Calls;

sealed class DuplexStreamingCallHandler<TService, TRequest, TResponse>(
    CallServer server, Method<TRequest, TResponse> method,
    Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task> invoke)
    : CallHandler<TService, TRequest, TResponse>(server, method)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override async Task InvokeAsync(ServerCall call, TService service, IEnumerable<Interceptor> innermostFirst)
    {
        DuplexStreamingServerMethod<TRequest, TResponse> handler = (requests, responses, context) => invoke(service, requests, responses, context);
        foreach (var interceptor in innermostFirst)
        {
            var inner = handler;
            handler = (requests, responses, context) => interceptor.DuplexStreamingServerHandler(requests, responses, context, inner);
        }

        await handler(Reader(call), Writer(call), call);
    }
}
