using Headgate.Rpc.Server.Binding;
using Headgate.Rpc.Server.Calls;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps gRPC services to endpoints. Named as in Grpc.AspNetCore.</summary>
public static class GrpcEndpointRouteBuilderExtensions
{
    /// <summary>Maps the methods of a service: a class that derives from a generated base.</summary>
    /// <exception cref="InvalidOperationException">AddGrpc was not called, or <typeparamref name="TService"/> is no such class.</exception>
    public static GrpcServiceEndpointConventionBuilder MapGrpcService<TService>(this IEndpointRouteBuilder builder)
        where TService : class
    {
        var server = builder.ServiceProvider.GetService<CallServer>()
            ?? throw new InvalidOperationException($"Call {nameof(GrpcServicesExtensions.AddGrpc)} on the services before mapping one.");
        var binder = new EndpointBinder<TService>(builder, server);
        ServiceBinding.Of(typeof(TService)).Bind(binder);
        UnimplementedEndpoints.MapOnce(builder, server);
        return new GrpcServiceEndpointConventionBuilder(binder.Endpoints);
    }
}
