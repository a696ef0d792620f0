using Grpc.Core;

namespace Google.Rpc;

/// <summary>Sends a status with details.</summary>
/// <remarks>Named as in Grpc.StatusProto.</remarks>
public static class RpcStatusExtensions
{
    /// <summary>Ends a call with the status; the details go into the trailer <c>grpc-status-details-bin</c>.</summary>
    public static RpcException ToRpcException(this Status status) =>
        status.ToRpcException((StatusCode)status.Code, status.Message);

    public static RpcException ToRpcException(this Status status, StatusCode statusCode, string message)
    {
        var trailers = new Metadata();
        trailers.SetRpcStatus(status);
        return new RpcException(new global::Grpc.Core.Status(statusCode, message), trailers);
    }
}
