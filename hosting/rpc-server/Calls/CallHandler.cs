using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Rpc.Server.Calls;

/// <summary>The endpoint of a method.</summary>
abstract class CallHandler<TService, TRequest, TResponse>(CallServer server, Method<TRequest, TResponse> method)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    static readonly ObjectFactory<TService> Factory = ActivatorUtilities.CreateFactory<TService>([]);

    protected Method<TRequest, TResponse> Method => method;

    public async Task HandleAsync(HttpContext http)
    {
        if (RequestCheck.Refuses(http)) return;
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null;
        await new ServerCall(http, server, method.Type).RunAsync(call => RunAsync(call, http));
    }

    /// <summary>Reads what the handler needs, runs it inside the interceptors, writes what it returns.</summary>
    protected abstract Task InvokeAsync(ServerCall call, TService service, IEnumerable<Interceptor> innermostFirst);

    protected StreamReader<TRequest> Reader(ServerCall call) => new(call, method.RequestMarshaller.ContextualDeserializer);

    protected StreamWriter<TResponse> Writer(ServerCall call) => new(call, method.ResponseMarshaller.ContextualSerializer);

    protected async Task WriteSingleAsync(ServerCall call, TResponse? response)
    {
        if (call.Status.StatusCode != StatusCode.OK) return;
        if (response is null) throw new RpcException(new Status(StatusCode.Internal, "The handler returned no message."));
        await call.WriteAsync(call.Frame(response, method.ResponseMarshaller.ContextualSerializer, call.WriteOptions), flush: false, CancellationToken.None);
    }

    async Task RunAsync(ServerCall call, HttpContext http)
    {
        var registered = http.RequestServices.GetService<TService>();
        var service = registered ?? Factory(http.RequestServices, null);
        var owned = new List<object>();
        if (registered is null) owned.Add(service);
        try
        {
            var interceptors = new List<Interceptor>();
            foreach (var registration in server.Options.Interceptors.Reverse())
            {
                interceptors.Add(registration.Get(http.RequestServices, out var isOwned));
                if (isOwned) owned.Add(interceptors[^1]);
            }

            await InvokeAsync(call, service, interceptors);
        }
        finally
        {
            foreach (var made in owned)
            {
                if (made is IAsyncDisposable asyncDisposable) await asyncDisposable.DisposeAsync();
                else (made as IDisposable)?.Dispose();
            }
        }
    }
}
