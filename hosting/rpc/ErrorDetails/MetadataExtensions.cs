using Google.Protobuf;
using RpcStatus = Google.Rpc.Status;

namespace Grpc.Core;

/// <summary>Puts a status with details into trailers, and takes it from there.</summary>
/// <remarks>Named as in Grpc.StatusProto.</remarks>
public static class MetadataExtensions
{
    /// <summary>The trailer's key.</summary>
    public const string StatusDetailsTrailerName = "grpc-status-details-bin";

    /// <param name="metadata">Trailers.</param>
    /// <param name="ignoreParseError">Null instead of an exception if the trailer is not a status.</param>
    /// <exception cref="InvalidProtocolBufferException">The trailer is not a status.</exception>
    public static RpcStatus? GetRpcStatus(this Metadata metadata, bool ignoreParseError = false)
    {
        if (metadata.Get(StatusDetailsTrailerName) is not { } entry) return null;
        try
        {
            return RpcStatus.Parser.ParseFrom(entry.ValueBytes);
        }
        catch (InvalidProtocolBufferException) when (ignoreParseError)
        {
            return null;
        }
    }

    public static void SetRpcStatus(this Metadata metadata, RpcStatus status)
    {
        if (metadata.Get(StatusDetailsTrailerName) is { } entry) metadata.Remove(entry);
        metadata.Add(StatusDetailsTrailerName, status.ToByteArray());
    }
}
