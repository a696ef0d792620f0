using Microsoft.AspNetCore.Http;

namespace Headgate.Rpc.Stop;

/// <summary>A call whose handler's token also fires when the server, in its stop, has waited long enough.</summary>
sealed class StoppableCall : IDisposable
{
    readonly HttpContext http;
    readonly CancellationToken client;
    readonly CancellationTokenSource canceled;
    readonly CancellationTokenRegistration stopping;
    readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    bool isOver;

    public StoppableCall(HttpContext http, CancellationToken stop, TimeSpan patience, TimeProvider time)
    {
        this.http = http;
        client = http.RequestAborted;
        canceled = CancellationTokenSource.CreateLinkedTokenSource(client);
        // The token of gRPC's context is this one, or linked to it where there is a deadline.
        http.RequestAborted = canceled.Token;
        stopping = stop.Register(() => _ = EndAsync(patience, time));
    }

    /// <summary>Whether the server waits no longer for the handler.</summary>
    public bool IsOver => Volatile.Read(ref isOver);

    /// <summary>Done when the handler's token has fired too: once the client is answered gRPC disposes of it.</summary>
    public Task OverAsync => over.Task;

    public void Dispose()
    {
        stopping.Unregister();
        http.RequestAborted = client;
        canceled.Dispose();
    }

    async Task EndAsync(TimeSpan patience, TimeProvider time)
    {
        await Task.Delay(patience, time);
        Volatile.Write(ref isOver, true);
        try
        {
            await canceled.CancelAsync();
        }
        catch (Exception)
        {
            // What the handler has registered may fail; or the handler has returned meanwhile.
        }

        over.TrySetResult();
    }
}
