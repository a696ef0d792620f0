using Grpc.Core;
using Headgate.Rpc.Wire;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Headgate.Rpc.Server.Calls;

sealed partial class ServerCall
{
    /// <summary>Longer ones are not timed: no timer has room for them, and no connection lives so long.</summary>
    static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    static readonly Status Stopping = new(StatusCode.Unavailable, "The server is stopping.");

    ITimer? stopTimer;

    ITimer? BeginDeadline()
    {
        var header = http.Request.Headers[ProtocolHeaders.Timeout].ToString();
        if (header.Length == 0) return null;
        if (!TimeoutHeader.TryParse(header, out var timeout)) throw WireErrors.Malformed($"The timeout \"{header}\" is none.");
        var now = server.Time.GetUtcNow().UtcDateTime;
        deadline = timeout < DateTime.MaxValue - now ? now + timeout : DateTime.MaxValue;
        if (timeout > LongestTimer) return null;
        var exceeded = new Status(StatusCode.DeadlineExceeded, "The deadline is exceeded.");
        if (timeout > TimeSpan.Zero) return server.Time.CreateTimer(_ => Force(exceeded), null, timeout, Timeout.InfiniteTimeSpan);
        throw new RpcException(exceeded);
    }

    /// <summary>A stream would hold the server up for as long as it lasts. A command that is nearly done may be done.</summary>
    void Stop()
    {
        if (type != MethodType.Unary) Force(Stopping);
        else stopTimer = server.Time.CreateTimer(_ => Force(Stopping), null, CallServer.UnaryStopPatience, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the call while its handler runs.</summary>
    void Force(Status with)
    {
        if (Interlocked.Exchange(ref ended, 1) == 1) return;
        // Not here: what the token's callbacks do must not hold up a timer, nor a write that is being given up.
        forced = Task.Run(async () =>
        {
            await canceled.CancelAsync();
            await FinishAsync(with, []);
        });
    }

    async Task EndAsync(Status with)
    {
        if (Interlocked.Exchange(ref ended, 1) == 1)
        {
            LogLate(server.Log, Method, with.ToString());
            return;
        }

        await FinishAsync(with, trailers ?? []);
        await canceled.CancelAsync();
    }

    async Task FinishAsync(Status with, Metadata last)
    {
        // Never left: nothing is written after the end.
        await response.EnterForGoodAsync();
        await response.FinishAsync(with, last, RequestIsComplete);
    }

    Status StatusOf(Exception error)
    {
        switch (error)
        {
            case RpcException known:
                foreach (var entry in known.Trailers) ResponseTrailers.Add(entry);
                return known.Status;
            case OperationCanceledException when canceled.IsCancellationRequested:
            case ConnectionResetException or ConnectionAbortedException or BadHttpRequestException or IOException { InnerException: ConnectionAbortedException }:
                return Status.DefaultCancelled;
            default:
                LogFailure(server.Log, Method, error);
                return new Status(
                    StatusCode.Unknown,
                    server.Options.EnableDetailedErrors is true ? $"The handler failed: {error.GetType().Name}: {error.Message}" : "The handler failed.");
        }
    }
}
