using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpc.Core;
using Headgate.Rpc.Methods;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Headgate.Rpc.Connect;

/// <summary>Takes gRPC's answer as it comes, and sends its messages in envelopes; status and trailers in a last one.</summary>
sealed class ConnectStreamResponse(HttpContext http, RpcMethod method, bool isJson, JsonCodec json, Action endRequest)
    : IHttpResponseBodyFeature, IHttpResponseTrailersFeature, IHttpResetFeature
{
    readonly HashSet<string> before = new(http.Response.Headers.Keys, StringComparer.OrdinalIgnoreCase);
    readonly IHttpResponseBodyFeature outer = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
    readonly IHttpResetFeature? outerReset = http.Features.Get<IHttpResetFeature>();
    bool hasBegun;
    bool isComplete;

    public Stream Stream => Writer.AsStream(leaveOpen: true);

    public PipeWriter Writer => field ??= new EnvelopeWriter(Envelope, FlushAsync);

    public IHeaderDictionary Trailers { get; set; } = new HeaderDictionary();

    public async Task RunAsync(RequestDelegate grpc)
    {
        http.Features.Set<IHttpResponseBodyFeature>(this);
        http.Features.Set<IHttpResponseTrailersFeature>(this);
        http.Features.Set<IHttpResetFeature>(this);
        await grpc(http);
        await CompleteAsync();
        http.Features.Set(outer);
        http.Features.Set(outerReset);
    }

    /// <summary>Answers a request that does not become a call.</summary>
    public async Task RefuseAsync(Status status, Google.Rpc.Status? details)
    {
        Begin();
        WriteEnd(new GrpcTrailers(status, details, []));
        await outer.CompleteAsync();
    }

    public void DisableBuffering()
    {
    }

    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        Begin();
        return outer.StartAsync(cancellationToken);
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("A call answers with messages.");

    public void Reset(int errorCode)
    {
        // A handler that reads must not wait for what the client will not send.
        endRequest();
        if (isComplete) return;
        isComplete = true;
        if (outerReset is not null) outerReset.Reset(errorCode);
        else http.Abort();
    }

    public async Task CompleteAsync()
    {
        if (isComplete) return;
        isComplete = true;
        if (http.Response.StatusCode == StatusCodes.Status200OK)
        {
            var trailers = GrpcTrailers.Take(http.Response.Headers, Trailers, before);
            ((EnvelopeWriter)Writer).HandOn();
            Begin();
            WriteEnd(trailers);
        }

        await outer.CompleteAsync();
    }

    void Begin()
    {
        if (hasBegun) return;
        hasBegun = true;
        GrpcTrailers.Clean(http.Response.Headers);
        http.Response.ContentType = new ConnectContentType(IsStream: true, isJson).ToString();
    }

    ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken)
    {
        Begin();
        return outer.Writer.FlushAsync(cancellationToken);
    }

    void Envelope(Frame frame)
    {
        Begin();
        Frame.Write(outer.Writer, 0, isJson ? json.Write(method.Descriptor.OutputType.Parser.ParseFrom(frame.Payload)) : frame.Payload.ToArray());
    }

    void WriteEnd(GrpcTrailers trailers)
    {
        var end = new JsonObject();
        if (trailers.Status.StatusCode != StatusCode.OK) end["error"] = ConnectError.Json(trailers.Status, json, trailers.Details);
        if (trailers.Metadata.Count > 0)
        {
            end["metadata"] = new JsonObject(trailers.Metadata.GroupBy(entry => entry.Key, StringComparer.Ordinal).Select(group =>
                new KeyValuePair<string, JsonNode?>(group.Key, new JsonArray([.. group.Select(entry => (JsonNode?)JsonValue.Create(entry.Value))]))));
        }

        Frame.Write(outer.Writer, ConnectStream.EndStream, JsonSerializer.SerializeToUtf8Bytes(end));
    }
}
