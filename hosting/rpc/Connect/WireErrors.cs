using Grpc.Core;

namespace Headgate.Rpc.Connect;

/// <summary>What is answered to messages that cannot be read.</summary>
static class WireErrors
{
    public static RpcException ReceivedTooLarge(long limit) =>
        new(new Status(StatusCode.ResourceExhausted, $"The message is larger than the {limit} bytes that are accepted."));

    public static RpcException Malformed(string what) => new(new Status(StatusCode.Internal, what));

    public static RpcException UnknownEncoding(string encoding) =>
        new(new Status(StatusCode.Unimplemented, $"The encoding \"{encoding}\" is not supported; identity and gzip are."));
}
