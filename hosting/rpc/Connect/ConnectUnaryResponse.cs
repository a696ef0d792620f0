using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;
using Headgate.Rpc.Methods;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Headgate.Rpc.Connect;

/// <summary>Takes gRPC's answer, and sends the bare message, or the error as JSON with HTTP's status for it.</summary>
sealed class ConnectUnaryResponse(HttpContext http, RpcMethod method, bool isJson, JsonCodec json)
    : IHttpResponseBodyFeature, IHttpResponseTrailersFeature, IHttpResetFeature
{
    readonly HashSet<string> before = new(http.Response.Headers.Keys, StringComparer.OrdinalIgnoreCase);
    readonly IHttpResponseFeature outerResponse = http.Features.GetRequiredFeature<IHttpResponseFeature>();
    readonly IHttpResponseBodyFeature outer = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
    byte[]? message;
    bool hasStarted;
    bool isSent;

    public Stream Stream => Writer.AsStream(leaveOpen: true);

    public PipeWriter Writer => field ??= new EnvelopeWriter(frame => message = frame.Payload.ToArray(), Flush);

    public IHeaderDictionary Trailers { get; set; } = new HeaderDictionary();

    public async Task RunAsync(RequestDelegate grpc)
    {
        var reset = http.Features.Get<IHttpResetFeature>();
        http.Features.Set<IHttpResponseFeature>(new TranslatedResponse(outerResponse, () => hasStarted));
        http.Features.Set<IHttpResponseBodyFeature>(this);
        http.Features.Set<IHttpResponseTrailersFeature>(this);
        http.Features.Set<IHttpResetFeature>(this);
        await grpc(http);
        await CompleteAsync();
        http.Features.Set(reset);
    }

    public void DisableBuffering()
    {
    }

    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        hasStarted = true;
        return Task.CompletedTask;
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("A call answers with messages.");

    /// <summary>What gRPC resets is the stream of its own answer, which is sent whole here.</summary>
    public void Reset(int errorCode)
    {
    }

    /// <summary>Sends the answer. It can come before the handler returns: at the deadline, and when the server stops.</summary>
    public async Task CompleteAsync()
    {
        if (isSent) return;
        isSent = true;
        ((EnvelopeWriter)Writer).HandOn();
        http.Features.Set(outerResponse);
        http.Features.Set(outer);
        if (http.Response.StatusCode == StatusCodes.Status200OK) await SendAsync();
        await outer.CompleteAsync();
    }

    ValueTask<FlushResult> Flush(CancellationToken cancellationToken)
    {
        hasStarted = true;
        return default;
    }

    Task SendAsync()
    {
        var headers = http.Response.Headers;
        var trailers = GrpcTrailers.Take(headers, Trailers, before);
        GrpcTrailers.Clean(headers);
        foreach (var (name, value) in trailers.Metadata) headers.Append($"trailer-{name}", value);
        if (trailers.Status.StatusCode != StatusCode.OK) return ConnectError.WriteAsync(http.Response, trailers.Status, json, trailers.Details);
        if (message is null) return ConnectError.WriteAsync(http.Response, new Status(StatusCode.Internal, "The call ended without a message."), null, null);
        var body = isJson ? json.Write(method.Descriptor.OutputType.Parser.ParseFrom(message)) : message;
        http.Response.ContentType = isJson ? "application/json" : "application/proto";
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body).AsTask();
    }
}
