using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Headgate.Rpc.Connect;

/// <summary>
/// Says by the headers alone which calls of Connect are not worth their body: it is neither read nor parsed then. What interceptors refuse
/// they refuse all the same; they begin when the request is there in full.
/// </summary>
public interface ICallAdmission
{
    /// <param name="http">The request, of which nothing but headers and connection is to be used.</param>
    /// <param name="method">As gRPC names it: /headgate.v1.JobService/PauseJob.</param>
    /// <exception cref="RpcException">What the call is answered with.</exception>
    ValueTask AdmitAsync(HttpContext http, string method);
}
