using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Headgate.Rpc.Server.Calls;

sealed class ServerStreamingCallHandler<TService, TRequest, TResponse>(
    CallServer server, Method<TRequest, TResponse> method,
    Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task> invoke)
    : CallHandler<TService, TRequest, TResponse>(server, method)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override async Task InvokeAsync(ServerCall call, TService service, IEnumerable<Interceptor> innermostFirst)
    {
        var request = await Reader(call).ReadSingleAsync();
        ServerStreamingServerMethod<TRequest, TResponse> handler = (message, stream, context) => invoke(service, message, stream, context);
        foreach (var interceptor in innermostFirst)
        {
            var inner = handler;
            handler = (message, stream, context) => interceptor.ServerStreamingServerHandler(message, stream, context, inner);
        }

        await handler(request, Writer(call), call);
    }
}
