using Grpc.Core;

namespace Headgate.Rpc.Client;

/// <summary>What a failure of HTTP means for a call.</summary>
static class TransportErrors
{
    public static Status StatusOf(Exception error) => error switch
    {
        RpcException known => known.Status,
        OperationCanceledException => new Status(StatusCode.Cancelled, "The call was canceled.", error),
        HttpProtocolException reset => new Status(CodeOf(reset.ErrorCode), $"The stream was reset: {reset.Message}", error),
        { InnerException: HttpProtocolException reset } => new Status(CodeOf(reset.ErrorCode), $"The stream was reset: {reset.Message}", error),
        HttpRequestException or IOException => new Status(StatusCode.Unavailable, $"The server cannot be reached: {error.Message}", error),
        _ => new Status(StatusCode.Internal, $"The call failed: {error.Message}", error),
    };

    /// <summary>Of HTTP/2's error codes, as gRPC maps them.</summary>
    static StatusCode CodeOf(long errorCode) => errorCode switch
    {
        7 => StatusCode.Unavailable, // REFUSED_STREAM
        8 => StatusCode.Cancelled, // CANCEL
        11 => StatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        12 => StatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => StatusCode.Internal,
    };
}
