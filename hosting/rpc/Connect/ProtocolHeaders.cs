namespace Headgate.Rpc.Connect;

/// <summary>Names of headers and trailers that gRPC itself uses.</summary>
static class ProtocolHeaders
{
    public const string ContentType = "application/grpc";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Timeout = "grpc-timeout";
    public const string StatusDetails = "grpc-status-details-bin";

    static readonly HashSet<string> OfHttp = new(StringComparer.OrdinalIgnoreCase)
    {
        "content-type", "content-length", "content-encoding", "te", "host", "connection", "keep-alive", "proxy-connection", "transfer-encoding",
        "upgrade", "trailer", "accept-encoding",
    };

    /// <summary>Whether a name is the application's: neither HTTP's nor gRPC's.</summary>
    public static bool IsMetadata(string name) => !IsGrpc(name) && !OfHttp.Contains(name);

    public static bool IsGrpc(string name) => name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase);
}
