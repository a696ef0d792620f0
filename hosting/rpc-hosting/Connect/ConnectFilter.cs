using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Headgate.Rpc.Hosting.Connect;

/// <summary>Stands before routing, where a call of Connect is still to become one of gRPC.</summary>
sealed class ConnectFilter(ConnectCalls calls) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => application =>
    {
        application.Use((HttpContext http, RequestDelegate grpc) => calls.InvokeAsync(http, grpc));
        next(application);
    };
}
