using System.Buffers;
using System.IO.Pipelines;
using Google.Protobuf;
using Grpc.Core;
using Headgate.Rpc.Methods;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Headgate.Rpc.Connect;

/// <summary>A streaming call of Connect: messages in envelopes, which are gRPC's frames but for the last of an answer.</summary>
sealed class ConnectStream(RpcMethod method, bool isJson, JsonCodec json, Func<HttpContext, RpcMethod, Task> admit, int? limit)
{
    /// <summary>Flag of the envelope that ends an answer.</summary>
    public const byte EndStream = 2;

    public async Task InvokeAsync(HttpContext http, RequestDelegate grpc)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        var response = new ConnectStreamResponse(http, method, isJson, json, stop.Cancel);
        bool isGzip;
        try
        {
            ConnectRequest.Check(http.Request);
            await admit(http, method);
            isGzip = ConnectRequest.IsGzip(http.Request.Headers["Connect-Content-Encoding"].ToString());
        }
        catch (RpcException refused)
        {
            await response.RefuseAsync(refused.Status, refused.GetRpcStatus());
            return;
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null;
        var frames = new Pipe();
        var pump = PumpAsync(http.Request.BodyReader, frames.Writer, isGzip, stop.Token);
        var protocol = http.Request.Protocol;
        ConnectRequest.Replace(http, frames.Reader);
        await response.RunAsync(grpc);
        http.Request.Protocol = protocol;
        await frames.Reader.CompleteAsync();
        await stop.CancelAsync();
        await pump;
    }

    /// <summary>Makes envelopes frames. What is wrong with one is thrown at who reads the frames.</summary>
    async Task PumpAsync(PipeReader body, PipeWriter frames, bool isGzip, CancellationToken cancellationToken)
    {
        try
        {
            var envelopes = new FrameReader(body, limit);
            while ((await envelopes.ReadAsync(envelope => Proto(envelope, isGzip), cancellationToken)).TryGet(out var message))
            {
                Frame.Write(frames, 0, message);
                if ((await frames.FlushAsync(cancellationToken)).IsCompleted) break;
            }

            await frames.CompleteAsync();
        }
        catch (Exception error)
        {
            await frames.CompleteAsync(error);
        }
    }

    byte[] Proto(Frame envelope, bool isGzip)
    {
        var payload = envelope.Payload;
        if ((envelope.Flags & Frame.Compressed) != 0)
        {
            if (!isGzip) throw ConnectRequest.Invalid("A message is compressed, and Connect-Content-Encoding does not say how.");
            payload = Gzip.Decompress(payload, limit);
        }

        return isJson ? json.Read(payload, method.Descriptor.InputType).ToByteArray() : payload.ToArray();
    }
}
