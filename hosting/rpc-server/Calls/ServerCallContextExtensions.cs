using Headgate.Rpc.Server.Calls;
using Microsoft.AspNetCore.Http;

namespace Grpc.Core;

/// <summary>Named as in Grpc.AspNetCore.</summary>
public static class ServerCallContextExtensions
{
    /// <summary>The HTTP request that the call came with.</summary>
    /// <exception cref="InvalidOperationException">The call did not come over HTTP, as in tests with a stand-in.</exception>
    public static HttpContext GetHttpContext(this ServerCallContext serverCallContext) =>
        serverCallContext is ServerCall call
            ? call.Http
            : throw new InvalidOperationException("The call did not come over HTTP.");
}
