using System.Buffers;
using System.IO.Pipelines;
using Google.Protobuf;
using Grpc.Core;
using Headgate.Rpc.Methods;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Headgate.Rpc.Connect;

/// <summary>A unary call of Connect: the bare message in the body, or in the query of a GET.</summary>
sealed class ConnectUnary(RpcMethod method, JsonCodec json, Func<HttpContext, RpcMethod, Task> admit, int? limit)
{
    public Task PostAsync(HttpContext http, bool isJson, RequestDelegate grpc) => InvokeAsync(http, isJson, grpc, async () =>
    {
        var isGzip = ConnectRequest.IsGzip(http.Request.Headers.ContentEncoding.ToString());
        var body = await ReadBodyAsync(http);
        return isGzip && body.Length > 0 ? Gzip.Decompress(body, limit) : body;
    });

    public Task GetAsync(HttpContext http, RequestDelegate grpc)
    {
        var query = http.Request.Query;
        var encoding = query["encoding"].ToString();
        if (encoding is "json" or "proto") return InvokeAsync(http, encoding == "json", grpc, () => Task.FromResult(ConnectQuery.Message(query, limit)));
        if (encoding.Length > 0)
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return Task.CompletedTask;
        }

        var missing = ConnectRequest.Invalid("The query has to have encoding (json or proto) and message.");
        return ConnectError.WriteAsync(http.Response, missing.Status, null, null);
    }

    async Task InvokeAsync(HttpContext http, bool isJson, RequestDelegate grpc, Func<Task<ReadOnlySequence<byte>>> read)
    {
        var response = new ConnectUnaryResponse(http, method, isJson, json);
        var frame = new ArrayBufferWriter<byte>();
        try
        {
            ConnectRequest.Check(http.Request);
            using var deadline = new ConnectDeadline(http);
            try
            {
                await admit(http, method);
                Frame.Write(frame, 0, Proto(await read(), isJson));
                deadline.Leave();
            }
            catch (OperationCanceledException) when (deadline.IsPassed)
            {
                throw ConnectDeadline.Passed();
            }
        }
        catch (RpcException refused)
        {
            await ConnectError.WriteAsync(http.Response, refused.Status, json, refused.Trailers.GetRpcStatus());
            return;
        }

        var protocol = http.Request.Protocol;
        ConnectRequest.Replace(http, PipeReader.Create(new ReadOnlySequence<byte>(frame.WrittenMemory)));
        await response.RunAsync(grpc);
        http.Request.Protocol = protocol;
    }

    byte[] Proto(ReadOnlySequence<byte> message, bool isJson)
    {
        if (isJson) return json.Read(message, method.Descriptor.InputType).ToByteArray();
        try
        {
            return method.Descriptor.InputType.Parser.ParseFrom(message).ToByteArray();
        }
        catch (InvalidProtocolBufferException error)
        {
            throw ConnectRequest.Invalid($"The message is no {method.Descriptor.InputType.FullName}: {error.Message}");
        }
    }

    async Task<ReadOnlySequence<byte>> ReadBodyAsync(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null;
        if (http.Request.ContentLength > limit) throw WireErrors.ReceivedTooLarge(limit.Value);
        var body = new ArrayBufferWriter<byte>();
        var reader = http.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(http.RequestAborted);
            foreach (var segment in result.Buffer) body.Write(segment.Span);
            reader.AdvanceTo(result.Buffer.End);
            if (body.WrittenCount > limit) throw WireErrors.ReceivedTooLarge(limit.Value);
            if (result.IsCompleted) return new(body.WrittenMemory);
        }
    }
}
