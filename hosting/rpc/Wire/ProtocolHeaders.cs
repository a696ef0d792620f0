namespace Headgate.Rpc.Wire;

/// <summary>Names of headers and trailers that gRPC itself uses.</summary>
static class ProtocolHeaders
{
    public const string ContentType = "application/grpc";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string Timeout = "grpc-timeout";
    public const string StatusDetails = "grpc-status-details-bin";
    public const string Identity = "identity";
    public const string Gzip = "gzip";
    public const string AcceptedEncodings = "identity,gzip";

    static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        Status, Message, Encoding, AcceptEncoding, Timeout, "grpc-message-type",
        "content-type", "content-length", "content-encoding", "te", "host", "connection", "keep-alive", "proxy-connection", "transfer-encoding",
        "upgrade", "trailer", "accept-encoding",
    };

    /// <summary>Whether a name belongs to the protocol: it is never metadata.</summary>
    public static bool IsReserved(string name) => name.StartsWith(':') || Reserved.Contains(name);

    /// <summary>application/grpc and application/grpc+proto, with or without parameters.</summary>
    public static bool IsGrpc(string? contentType)
    {
        var type = contentType.AsSpan();
        var end = type.IndexOf(';');
        type = (end < 0 ? type : type[..end]).Trim();
        return type.Equals(ContentType, StringComparison.OrdinalIgnoreCase) || type.Equals("application/grpc+proto", StringComparison.OrdinalIgnoreCase);
    }
}
