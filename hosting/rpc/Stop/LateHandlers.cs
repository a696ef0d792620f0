using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Headgate.Rpc.Stop;

/// <summary>Holds a request until its handler has returned: nothing of it is used after the server gave it to another call.</summary>
sealed partial class LateHandlers(TimeProvider time, ILogger<LateHandlers> log)
{
    const int NoError = 0;

    /// <summary>How long an answer may wait behind messages that the client does not read.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a connection is kept for its client to read: every call of it is answered by then.</summary>
    static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(1);

    public async Task InvokeAsync(HttpContext http, RequestDelegate grpc)
    {
        await grpc(http);
        if (http.Features.Get<LateHandler>() is not { } late) return;
        await AnswerAsync(http);
        await Task.WhenAny(late.Running, Task.Delay(LastPatience, time));
        // A connection that is full lets not even a reset out, and a handler that writes to it would wait for as long as its client likes.
        if (!late.Running.IsCompleted) http.Features.Get<IConnectionLifetimeFeature>()?.Abort();
        try
        {
            await late.Running;
            LogLate(http.Request.Path, null);
        }
        catch (Exception error)
        {
            LogLate(http.Request.Path, error);
        }
    }

    async Task AnswerAsync(HttpContext http)
    {
        // To reset the stream wakes a handler that waits for the client, to read or to be read.
        var reset = http.Features.Get<IHttpResetFeature>();
        try
        {
            await http.Response.CompleteAsync().WaitAsync(Patience, time);
            reset?.Reset(NoError);
        }
        catch (TimeoutException)
        {
            // What is left to be done is to end the connection.
        }
    }

    [LoggerMessage(LogLevel.Debug, "The handler of {Method} ended after its call was answered")]
    partial void LogLate(string method, Exception? error);
}
