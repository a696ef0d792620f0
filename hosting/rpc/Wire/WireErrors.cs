using Grpc.Core;

namespace Headgate.Rpc.Wire;

/// <summary>What is answered to messages that cannot be read or sent.</summary>
static class WireErrors
{
    public static RpcException ReceivedTooLarge(long limit) =>
        new(new Status(StatusCode.ResourceExhausted, $"The message is larger than the {limit} bytes that are accepted."));

    public static RpcException SendingTooLarge(long size, long limit) =>
        new(new Status(StatusCode.ResourceExhausted, $"The message has {size} bytes; {limit} can be sent."));

    public static RpcException Malformed(string what) => new(new Status(StatusCode.Internal, what));

    public static RpcException UnknownEncoding(string encoding) =>
        new(new Status(StatusCode.Unimplemented, $"The encoding \"{encoding}\" is not supported; {ProtocolHeaders.AcceptedEncodings} are."));
}
