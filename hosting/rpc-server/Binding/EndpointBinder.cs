using System.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Headgate.Rpc.Server.Calls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Rpc.Server.Binding;

/// <summary>Maps each method of a service to an endpoint.</summary>
sealed class EndpointBinder<TService>(IEndpointRouteBuilder routes, CallServer server) : ServiceBinderBase
    where TService : class
{
    readonly List<IEndpointConventionBuilder> endpoints = [];

    public IReadOnlyList<IEndpointConventionBuilder> Endpoints => endpoints;

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var invoke = Handler<Func<TService, TRequest, ServerCallContext, Task<TResponse>>>(method, typeof(TRequest), typeof(ServerCallContext));
        Map(method, new UnaryCallHandler<TService, TRequest, TResponse>(server, method, invoke));
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var invoke = Handler<Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(
            method, typeof(TRequest), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        Map(method, new ServerStreamingCallHandler<TService, TRequest, TResponse>(server, method, invoke));
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var invoke = Handler<Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>>>(
            method, typeof(IAsyncStreamReader<TRequest>), typeof(ServerCallContext));
        Map(method, new ClientStreamingCallHandler<TService, TRequest, TResponse>(server, method, invoke));
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var invoke = Handler<Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(
            method, typeof(IAsyncStreamReader<TRequest>), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        Map(method, new DuplexStreamingCallHandler<TService, TRequest, TResponse>(server, method, invoke));
    }

    static TDelegate Handler<TDelegate>(IMethod method, params Type[] parameters)
        where TDelegate : Delegate =>
        typeof(TService).GetMethod(method.Name, BindingFlags.Public | BindingFlags.Instance, parameters)?.CreateDelegate<TDelegate>()
            ?? throw new InvalidOperationException($"{typeof(TService)} has no {method.Name}.");

    void Map<TRequest, TResponse>(Method<TRequest, TResponse> method, CallHandler<TService, TRequest, TResponse> handler)
        where TRequest : class
        where TResponse : class
    {
        var metadata = new GrpcMethodMetadata(typeof(TService), method);
        endpoints.Add(routes.MapMethods(method.FullName, [HttpMethods.Post], (RequestDelegate)handler.HandleAsync)
            .WithMetadata(metadata).WithDisplayName($"gRPC - {method.FullName}"));
        UnimplementedEndpoints.MapOtherVerbs(routes, method.FullName);
    }
}
