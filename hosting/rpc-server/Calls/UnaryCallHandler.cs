using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Headgate.Rpc.Server.Calls;

sealed class UnaryCallHandler<TService, TRequest, TResponse>(
    CallServer server, Method<TRequest, TResponse> method, Func<TService, TRequest, ServerCallContext, Task<TResponse>> invoke)
    : CallHandler<TService, TRequest, TResponse>(server, method)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override async Task InvokeAsync(ServerCall call, TService service, IEnumerable<Interceptor> innermostFirst)
    {
        var request = await Reader(call).ReadSingleAsync();
        UnaryServerMethod<TRequest, TResponse> handler = (message, context) => invoke(service, message, context);
        foreach (var interceptor in innermostFirst)
        {
            var inner = handler;
            handler = (message, context) => interceptor.UnaryServerHandler(message, context, inner);
        }

        await WriteSingleAsync(call, await handler(request, call));
    }
}
