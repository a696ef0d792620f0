using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Headgate.Rpc.Stop;

/// <summary>Holds a request until its handler has returned: nothing of it is used after the server gave it to another call.</summary>
sealed partial class LateHandlers(TimeProvider time, ILogger<LateHandlers> log)
{
    const int NoError = 0;
    const int Cancel = 8;

    /// <summary>How long an answer may wait behind messages that the client does not read.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    public async Task InvokeAsync(HttpContext http, RequestDelegate grpc)
    {
        await grpc(http);
        if (http.Features.Get<LateHandler>() is not { } late) return;
        await AnswerAsync(http);
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
            reset?.Reset(Cancel);
        }
    }

    [LoggerMessage(LogLevel.Debug, "The handler of {Method} ended after its call was answered")]
    partial void LogLate(string method, Exception? error);
}
