using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;
using Headgate.Rpc.Hosting.Methods;
using Headgate.Rpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Headgate.Rpc.Hosting.Connect;

/// <summary>Takes gRPC's answer, and sends the bare message, or the error as JSON with HTTP's status for it.</summary>
sealed class ConnectUnaryResponse(HttpContext http, RpcMethod method, bool isJson, JsonCodec json)
    : IHttpResponseBodyFeature, IHttpResponseTrailersFeature, IHttpResetFeature
{
    readonly MemoryStream body = new();
    readonly HashSet<string> before = new(http.Response.Headers.Keys, StringComparer.OrdinalIgnoreCase);
    readonly IHttpResponseBodyFeature outer = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
    bool isSent;

    public Stream Stream => body;

    public PipeWriter Writer => field ??= PipeWriter.Create(body, new StreamPipeWriterOptions(leaveOpen: true));

    public IHeaderDictionary Trailers { get; set; } = new HeaderDictionary();

    public async Task RunAsync(RequestDelegate grpc)
    {
        var reset = http.Features.Get<IHttpResetFeature>();
        http.Features.Set<IHttpResponseBodyFeature>(this);
        http.Features.Set<IHttpResponseTrailersFeature>(this);
        http.Features.Set<IHttpResetFeature>(this);
        await grpc(http);
        await CompleteAsync();
        http.Features.Set(outer);
        http.Features.Set(reset);
    }

    public void DisableBuffering()
    {
    }

    public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("A call answers with messages.");

    /// <summary>What gRPC resets is the stream of its own answer, which is sent whole here.</summary>
    public void Reset(int errorCode)
    {
    }

    /// <summary>Sends the answer. It can come before the handler returns, at the deadline.</summary>
    public async Task CompleteAsync()
    {
        if (isSent) return;
        isSent = true;
        await Writer.FlushAsync();
        http.Features.Set(outer);
        if (http.RequestAborted.IsCancellationRequested) return;
        if (http.Response.StatusCode == StatusCodes.Status200OK) await SendAsync();
        await outer.CompleteAsync();
    }

    Task SendAsync()
    {
        var headers = http.Response.Headers;
        var trailers = GrpcTrailers.Take(headers, Trailers, before);
        GrpcTrailers.Clean(headers);
        foreach (var (name, value) in trailers.Metadata) headers.Append($"trailer-{name}", value);
        if (trailers.Status.StatusCode != StatusCode.OK) return ConnectError.WriteAsync(http.Response, trailers.Status, json, trailers.Details);
        var buffer = new ReadOnlySequence<byte>(body.GetBuffer(), 0, (int)body.Length);
        if (!Frame.TryRead(ref buffer, null, out var frame))
            return ConnectError.WriteAsync(http.Response, new Status(StatusCode.Internal, "The call ended without a message."), null, null);
        var message = isJson ? json.Write(method.Descriptor.OutputType.Parser.ParseFrom(frame.Payload)) : frame.Payload.ToArray();
        http.Response.ContentType = isJson ? "application/json" : "application/proto";
        http.Response.ContentLength = message.Length;
        return http.Response.Body.WriteAsync(message).AsTask();
    }
}
