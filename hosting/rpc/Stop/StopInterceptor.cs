using Grpc.AspNetCore.Server;
using Grpc.Core;
using Headgate.Rpc.Interception;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Headgate.Rpc.Stop;

/// <summary>
/// Ends calls when the server stops, which Grpc.AspNetCore leaves to the host's patience: the handler's token fires, and the client is
/// told UNAVAILABLE, whatever the handler does. Streams end at once; a unary call may be done within half a second.
/// </summary>
sealed class StopInterceptor(IHostApplicationLifetime lifetime, TimeProvider time) : CallInterceptor
{
    static readonly TimeSpan UnaryPatience = TimeSpan.FromMilliseconds(500);

    protected override async Task<T> AroundAsync<T>(ServerCallContext context, Func<Task<T>> handler)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested) throw Stopping();
        var http = context.GetHttpContext();
        var call = new StoppableCall(http, lifetime.ApplicationStopping, PatienceWith(http), time);
        var running = RunAsync(call, handler);
        await Task.WhenAny(running, call.OverAsync);
        if (!call.IsOver) return await running;
        // A stream that ended well here ended because of the stop: its client would take it for the whole.
        if (running.IsCompletedSuccessfully && await running is { } response) return response;
        http.Features.Set(new LateHandler(running));
        throw Stopping();
    }

    static async Task<T> RunAsync<T>(StoppableCall call, Func<Task<T>> handler)
    {
        using (call) return await handler();
    }

    static RpcException Stopping() => new(new Status(StatusCode.Unavailable, "The server is stopping."));

    /// <summary>A stream would hold the server up for as long as it lasts. A command that is nearly done may be done.</summary>
    static TimeSpan PatienceWith(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.Type == MethodType.Unary ? UnaryPatience : TimeSpan.Zero;
}
