using System.Net;

namespace Headgate.Rpc.Client;

/// <summary>A request body that is written as long as the call sends.</summary>
sealed class RequestStream : HttpContent
{
    readonly TaskCompletionSource<Stream> body = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>There when the connection is.</summary>
    public Task<Stream> BodyAsync => body.Task;

    public void Complete() => end.TrySetResult();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The headers leave at once: the server may answer before the first message.
        await stream.FlushAsync(cancellationToken);
        body.TrySetResult(stream);
        await end.Task.WaitAsync(cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }
}
