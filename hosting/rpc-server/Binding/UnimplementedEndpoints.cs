using System.Runtime.CompilerServices;
using Grpc.Core;
using Headgate.Rpc.Server.Calls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Headgate.Rpc.Server.Binding;

/// <summary>Answers gRPC calls of services and methods that are not there.</summary>
static class UnimplementedEndpoints
{
    static readonly ConditionalWeakTable<IEndpointRouteBuilder, object> Mapped = [];

    public static void MapOnce(IEndpointRouteBuilder routes, CallServer server)
    {
        if (server.Options.IgnoreUnknownServices is true || !Mapped.TryAdd(routes, Mapped)) return;
        var pattern = RoutePatternFactory.Parse("{service}/{method}", defaults: null, parameterPolicies: new { method = new GrpcRequestConstraint() });
        routes.Map(pattern, http => AnswerAsync(http, server)).WithDisplayName("gRPC - unimplemented")
            .Add(endpoint => ((RouteEndpointBuilder)endpoint).Order = int.MaxValue);
    }

    /// <summary>Routing would leave them to the endpoint of all paths, and find nothing.</summary>
    public static void MapOtherVerbs(IEndpointRouteBuilder routes, string path) =>
        routes.Map(path, NotAllowedAsync).WithDisplayName($"gRPC - {path} by another verb").Add(endpoint => ((RouteEndpointBuilder)endpoint).Order = 1);

    static Task NotAllowedAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        http.Response.Headers.Allow = HttpMethods.Post;
        return Task.CompletedTask;
    }

    static Task AnswerAsync(HttpContext http, CallServer server)
    {
        if (!HttpMethods.IsPost(http.Request.Method)) return NotAllowedAsync(http);
        var call = new ServerCall(http, server, MethodType.Unary);
        return call.RunAsync(_ => throw new RpcException(new Status(StatusCode.Unimplemented, $"There is no {http.Request.Path}.")));
    }
}
