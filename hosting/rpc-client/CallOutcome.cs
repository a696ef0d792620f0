using Grpc.Core;

namespace Headgate.Rpc.Client;

/// <summary>How a call ended.</summary>
sealed record CallOutcome(Status Status, Metadata Trailers)
{
    public RpcException ToException() => new(Status, Trailers);
}
