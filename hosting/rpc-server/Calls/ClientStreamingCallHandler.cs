using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Headgate.Rpc.Server.Calls;

sealed class ClientStreamingCallHandler<TService, TRequest, TResponse>(
    CallServer server, Method<TRequest, TResponse> method,
    Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>> invoke)
    : CallHandler<TService, TRequest, TResponse>(server, method)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override async Task InvokeAsync(ServerCall call, TService service, IEnumerable<Interceptor> innermostFirst)
    {
        ClientStreamingServerMethod<TRequest, TResponse> handler = (stream, context) => invoke(service, stream, context);
        foreach (var interceptor in innermostFirst)
        {
            var inner = handler;
            handler = (stream, context) => interceptor.ClientStreamingServerHandler(stream, context, inner);
        }

        await WriteSingleAsync(call, await handler(Reader(call), call));
    }
}
