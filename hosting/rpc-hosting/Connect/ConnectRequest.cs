using System.Globalization;
using System.IO.Pipelines;
using Grpc.Core;
using Headgate.Rpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Headgate.Rpc.Hosting.Connect;

/// <summary>Makes a request of Connect one of gRPC.</summary>
static class ConnectRequest
{
    const int MaxTimeoutDigits = 10;

    static readonly string[] OfConnectOnly =
        ["Connect-Protocol-Version", "Connect-Timeout-Ms", "Connect-Content-Encoding", "Connect-Accept-Encoding", "Content-Encoding", "Accept-Encoding", "Content-Length"];

    /// <exception cref="RpcException">The version or the timeout is none.</exception>
    public static void Check(HttpRequest request)
    {
        var version = request.Headers["Connect-Protocol-Version"].ToString();
        if (version is not ("" or "1")) throw Invalid($"Connect-Protocol-Version has to be 1, and is \"{version}\".");
        var timeout = request.Headers["Connect-Timeout-Ms"].ToString();
        if (timeout.Length > 0 && TimeoutOf(timeout) is null) throw Invalid($"Connect-Timeout-Ms has to be a number of milliseconds, and is \"{timeout}\".");
    }

    /// <summary>Puts what gRPC expects into the place of what came.</summary>
    public static void Replace(HttpContext http, PipeReader body)
    {
        var request = http.Request;
        var timeout = TimeoutOf(request.Headers["Connect-Timeout-Ms"].ToString());
        foreach (var name in OfConnectOnly) request.Headers.Remove(name);
        foreach (var name in request.Headers.Keys.Where(name => name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase)).ToList()) request.Headers.Remove(name);
        if (timeout is { } span) request.Headers[ProtocolHeaders.Timeout] = TimeoutHeader.Format(span);
        request.Headers.TE = "trailers";
        request.ContentType = ProtocolHeaders.ContentType;
        request.Method = HttpMethods.Post;
        request.Protocol = HttpProtocol.Http2;
        request.QueryString = QueryString.Empty;
        http.Features.Set<IRequestBodyPipeFeature>(new Body(body));
    }

    /// <exception cref="RpcException">The encoding is none that is supported.</exception>
    public static bool IsGzip(string encoding) => encoding switch
    {
        "" or ProtocolHeaders.Identity => false,
        ProtocolHeaders.Gzip => true,
        _ => throw WireErrors.UnknownEncoding(encoding),
    };

    public static RpcException Invalid(string message) => new(new Status(StatusCode.InvalidArgument, message));

    static TimeSpan? TimeoutOf(string value) =>
        value.Length <= MaxTimeoutDigits && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;

    sealed record Body(PipeReader Reader) : IRequestBodyPipeFeature;
}
