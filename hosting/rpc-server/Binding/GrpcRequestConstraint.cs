using Headgate.Rpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Rpc.Server.Binding;

/// <summary>Lets requests through that are gRPC's by their content type.</summary>
sealed class GrpcRequestConstraint : IRouteConstraint
{
    public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        ProtocolHeaders.IsGrpc(httpContext?.Request.ContentType);
}
