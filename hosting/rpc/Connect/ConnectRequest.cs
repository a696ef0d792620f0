using System.Globalization;
using System.IO.Pipelines;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Headgate.Rpc.Connect;

/// <summary>Makes a request of Connect one of gRPC.</summary>
static class ConnectRequest
{
    /// <summary>The call's time limit in milliseconds.</summary>
    public const string TimeoutHeader = "Connect-Timeout-Ms";

    const int MaxTimeoutDigits = 10;

    static readonly string[] OfConnectOnly =
        ["Connect-Protocol-Version", TimeoutHeader, "Connect-Content-Encoding", "Connect-Accept-Encoding", "Content-Encoding", "Accept-Encoding", "Content-Length"];

    /// <exception cref="RpcException">The version or the timeout is none.</exception>
    public static void Check(HttpRequest request)
    {
        var version = request.Headers["Connect-Protocol-Version"].ToString();
        if (version is not ("" or "1")) throw Invalid($"Connect-Protocol-Version has to be 1, and is \"{version}\".");
        var timeout = request.Headers[TimeoutHeader].ToString();
        if (timeout.Length == 0) return;
        if (TimeoutOf(timeout) is not { } milliseconds) throw Invalid($"Connect-Timeout-Ms has to be a number of milliseconds, and is \"{timeout}\".");
        // gRPC's server takes a timeout of zero for none.
        if (milliseconds == 0) throw new RpcException(new Status(StatusCode.DeadlineExceeded, "The deadline had passed when the call came."));
    }

    /// <summary>Of a request that was checked; null: none.</summary>
    public static TimeSpan? Timeout(HttpRequest request) =>
        TimeoutOf(request.Headers[TimeoutHeader].ToString()) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;

    /// <summary>Puts what gRPC expects into the place of what came.</summary>
    public static void Replace(HttpContext http, PipeReader body)
    {
        var request = http.Request;
        var timeout = TimeoutOf(request.Headers[TimeoutHeader].ToString());
        foreach (var name in OfConnectOnly) request.Headers.Remove(name);
        foreach (var name in request.Headers.Keys.Where(ProtocolHeaders.IsGrpc).ToList()) request.Headers.Remove(name);
        // gRPC's has eight digits: seconds where milliseconds have more.
        if (timeout is { } milliseconds)
            request.Headers[ProtocolHeaders.Timeout] = milliseconds < 100_000_000 ? $"{milliseconds}m" : $"{(milliseconds + 999) / 1000}S";
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
        "" or "identity" => false,
        "gzip" => true,
        _ => throw WireErrors.UnknownEncoding(encoding),
    };

    public static RpcException Invalid(string message) => new(new Status(StatusCode.InvalidArgument, message));

    static long? TimeoutOf(string value) =>
        value.Length <= MaxTimeoutDigits && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? milliseconds
            : null;

    sealed record Body(PipeReader Reader) : IRequestBodyPipeFeature;
}
