using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Headgate.Rpc.Tests.Probe;

/// <summary>Counts requests from the outside of all that serves them.</summary>
sealed class OpenRequests : IStartupFilter
{
    int count;

    public int Count => Volatile.Read(ref count);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => application =>
    {
        application.Use(async (HttpContext http, RequestDelegate serve) =>
        {
            Interlocked.Increment(ref count);
            try
            {
                await serve(http);
            }
            finally
            {
                Interlocked.Decrement(ref count);
            }
        });
        next(application);
    };
}
