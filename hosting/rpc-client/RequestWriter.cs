using Grpc.Core;

namespace Headgate.Rpc.Client;

/// <summary>The requests of a call.</summary>
sealed class RequestWriter<TRequest, TResponse>(ClientCall<TRequest, TResponse> call, RequestStream content) : IClientStreamWriter<TRequest>
    where TRequest : class
    where TResponse : class
{
    int writing;
    bool complete;

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(TRequest message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(TRequest message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (Interlocked.Exchange(ref writing, 1) == 1)
            throw new InvalidOperationException("The message cannot be written: the one before is still being written.");
        try
        {
            EnsureOpen();
            var frame = call.Serialize(message);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(call.Canceled, cancellationToken);
            var body = await BodyAsync(either.Token);
            await body.WriteAsync(frame, either.Token);
            await body.FlushAsync(either.Token);
        }
        catch (Exception error) when (error is not RpcException && !complete)
        {
            // Half of it may be on its way: nothing can follow.
            if (cancellationToken.IsCancellationRequested) call.Cancel(new Status(StatusCode.Cancelled, "A message was given up while it was being sent."));
            throw await EndedAsync(error);
        }
        finally
        {
            Volatile.Write(ref writing, 0);
        }
    }

    public Task CompleteAsync()
    {
        complete = true;
        content.Complete();
        return Task.CompletedTask;
    }

    void EnsureOpen()
    {
        if (complete) throw new InvalidOperationException("The message cannot be written: the stream of requests is complete.");
    }

    async Task<Stream> BodyAsync(CancellationToken cancellationToken)
    {
        // A call that fails before it has a connection never has a body.
        await Task.WhenAny(content.BodyAsync, call.OutcomeAsync).WaitAsync(cancellationToken);
        return content.BodyAsync.IsCompletedSuccessfully ? await content.BodyAsync : throw await EndedAsync(null);
    }

    async Task<RpcException> EndedAsync(Exception? error)
    {
        // The server may have ended the call, which is why the body could not be written: what it says explains more. It is being read
        // here, by the call itself; of a duplex call, whenever its caller reads.
        if (call.Type == MethodType.ClientStreaming) await call.OutcomeAsync;
        return call.OutcomeAsync.IsCompleted
            ? (await call.OutcomeAsync).ToException()
            : new RpcException(call.StatusOf(error ?? new IOException("The call is over.")));
    }
}
