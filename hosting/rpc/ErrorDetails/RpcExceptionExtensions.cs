using RpcStatus = Google.Rpc.Status;

namespace Grpc.Core;

/// <summary>Reads the details of an error.</summary>
/// <remarks>Named as in Grpc.StatusProto.</remarks>
public static class RpcExceptionExtensions
{
    /// <summary>The status with its details, or null if none came with it.</summary>
    public static RpcStatus? GetRpcStatus(this RpcException ex, bool ignoreParseError = false) => ex.Trailers.GetRpcStatus(ignoreParseError);
}
