using Headgate.Rpc.Server.Calls;
using Microsoft.AspNetCore.Http;

namespace Grpc.Core;

/// <summary>Named as in Grpc.AspNetCore.</summary>
public static class ServerCallContextExtensions
{
    const string StandIn = "__HttpContext";

    /// <summary>
    /// The HTTP request that the call came with. Tests with a context of their own put one into <see cref="ServerCallContext.UserState"/>,
    /// under the name <c>__HttpContext</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static HttpContext GetHttpContext(this ServerCallContext serverCallContext) =>
        serverCallContext is ServerCall call ? call.Http
        : serverCallContext.UserState.TryGetValue(StandIn, out var standIn) && standIn is HttpContext http ? http
        : throw new InvalidOperationException("The call did not come over HTTP.");
}
