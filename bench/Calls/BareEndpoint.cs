using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Headgate.Bench.Calls;

/// <summary>The least that can be done for a call: the request is read and not looked at, the answer is there already.</summary>
sealed class BareEndpoint
{
    public const string GrpcFile = "grpc";
    public const string ConnectFile = "connect";

    readonly byte[] _grpc;
    readonly byte[] _connect;
    readonly bool _isStream;

    BareEndpoint(byte[] grpc, byte[] connect, bool isStream) => (_grpc, _connect, _isStream) = (grpc, connect, isStream);

    public static async Task<BareEndpoint> ReadAsync(string folder, bool isStream) => new(
        await File.ReadAllBytesAsync(Path.Combine(folder, GrpcFile)), await File.ReadAllBytesAsync(Path.Combine(folder, ConnectFile)), isStream);

    public async Task AnswerAsync(HttpContext http)
    {
        // Whether it is ready.
        if (HttpMethods.IsGet(http.Request.Method)) return;
        await http.Request.Body.CopyToAsync(Stream.Null);
        var isGrpc = HttpProtocol.IsHttp2(http.Request.Protocol);
        var answer = isGrpc ? _grpc : _connect;
        http.Response.ContentType = http.Request.ContentType;
        if (_isStream)
        {
            await RepeatAsync(http.Response.BodyWriter, answer, http.RequestAborted);
            return;
        }

        if (!isGrpc) http.Response.ContentLength = answer.Length;
        await http.Response.BodyWriter.WriteAsync(answer);
        if (isGrpc) http.Response.AppendTrailer("grpc-status", "0");
    }

    static async Task RepeatAsync(PipeWriter body, byte[] message, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested) await body.WriteAsync(message, cancellationToken);
    }
}
