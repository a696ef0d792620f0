using Headgate.Rpc.Connect;
using Headgate.Rpc.Stop;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Headgate.Rpc;

/// <summary>Stands before routing, where a call of Connect is still to become one of gRPC.</summary>
sealed class RpcFilter(ConnectCalls connect, LateHandlers late) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => application =>
    {
        application.Use((HttpContext http, RequestDelegate grpc) => connect.InvokeAsync(http, grpc));
        application.Use((HttpContext http, RequestDelegate grpc) => late.InvokeAsync(http, grpc));
        next(application);
    };
}
