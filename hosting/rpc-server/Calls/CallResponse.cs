using System.Buffers;
using System.Globalization;
using Grpc.Core;
using Headgate.Rpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Headgate.Rpc.Server.Calls;

/// <summary>What goes back to the client. One writes at a time: who has entered.</summary>
sealed class CallResponse(HttpContext http)
{
    /// <summary>HTTP/2's codes for a stream that is reset.</summary>
    const int NoError = 0;
    const int Cancel = 8;

    readonly SemaphoreSlim turn = new(1);
    bool hasBegun;
    bool isStuck;

    public bool TryEnter() => turn.Wait(TimeSpan.Zero);

    public Task EnterForGoodAsync() => turn.WaitAsync();

    public void Leave() => turn.Release();

    public void Begin(bool compresses)
    {
        http.Response.ContentType = ProtocolHeaders.ContentType;
        http.Response.Headers[ProtocolHeaders.AcceptEncoding] = ProtocolHeaders.AcceptedEncodings;
        if (compresses) http.Response.Headers[ProtocolHeaders.Encoding] = ProtocolHeaders.Gzip;
    }

    public async Task SendHeadersAsync(Metadata headers, CancellationToken cancellationToken)
    {
        if (hasBegun) throw new InvalidOperationException("The headers were sent already.");
        hasBegun = true;
        foreach (var (name, value) in MetadataHeaders.Write(headers)) http.Response.Headers.Append(name, value);
        await http.Response.StartAsync(cancellationToken);
        await FlushAsync(cancellationToken);
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> frame, bool flush, CancellationToken cancellationToken)
    {
        hasBegun = true;
        http.Response.BodyWriter.Write(frame.Span);
        if (flush) await FlushAsync(cancellationToken);
    }

    /// <summary>Before anything was sent the status goes into the headers, else into the trailers.</summary>
    public async Task FinishAsync(Status status, Metadata trailers, bool requestIsComplete)
    {
        var reset = http.Features.Get<IHttpResetFeature>();
        if (http.RequestAborted.IsCancellationRequested) return;
        if (isStuck)
        {
            // Behind what the client does not read, the status would never arrive.
            reset?.Reset(Cancel);
            return;
        }

        var last = Last(status, trailers);
        if (hasBegun)
        {
            foreach (var (name, value) in last) http.Response.AppendTrailer(name, value);
        }
        else
        {
            foreach (var (name, value) in last) http.Response.Headers.Append(name, value);
        }

        try
        {
            await http.Response.CompleteAsync();
            // The client may stop sending what nobody will read.
            if (!requestIsComplete) reset?.Reset(NoError);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone meanwhile.
        }
    }

    static IEnumerable<KeyValuePair<string, string>> Last(Status status, Metadata trailers)
    {
        yield return new(ProtocolHeaders.Status, ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture));
        if (status.Detail.Length > 0) yield return new(ProtocolHeaders.Message, StatusMessage.Encode(status.Detail));
        foreach (var trailer in MetadataHeaders.Write(trailers)) yield return trailer;
    }

    async Task FlushAsync(CancellationToken cancellationToken)
    {
        // Without the token, by which Kestrel would take down the whole stream, the status with it.
        var flush = http.Response.BodyWriter.FlushAsync(CancellationToken.None);
        if (flush.IsCompleted)
        {
            await flush;
            return;
        }

        try
        {
            await flush.AsTask().WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            isStuck = true;
            throw;
        }
    }
}
