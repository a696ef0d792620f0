using System.Buffers;
using Google.Protobuf;
using Headgate.Rpc.Connect;

namespace Headgate.Rpc.Tests.Calls;

sealed record GrpcResponse(int HttpStatus, byte[] Body, IReadOnlyDictionary<string, string> Headers, IReadOnlyDictionary<string, string> Trailers)
{
    public bool IsTrailersOnly => Headers.ContainsKey("grpc-status");

    public string? Status => (IsTrailersOnly ? Headers : Trailers).GetValueOrDefault("grpc-status");

    public string? Message => (IsTrailersOnly ? Headers : Trailers).GetValueOrDefault("grpc-message") is { } message ? Uri.UnescapeDataString(message) : null;

    public IReadOnlyList<T> Messages<T>(MessageParser<T> parser)
        where T : IMessage<T>
    {
        var messages = new List<T>();
        var buffer = new ReadOnlySequence<byte>(Body);
        while (Frame.TryRead(ref buffer, null, out var frame)) messages.Add(parser.ParseFrom(frame.Payload));
        Assert.True(buffer.IsEmpty);
        return messages;
    }
}
