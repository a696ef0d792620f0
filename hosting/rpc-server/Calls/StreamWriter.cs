using Grpc.Core;

namespace Headgate.Rpc.Server.Calls;

/// <summary>The answers of a call.</summary>
sealed class StreamWriter<T>(ServerCall call, Action<T, SerializationContext> serializer) : IServerStreamWriter<T>
    where T : class
{
    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        var options = WriteOptions ?? call.WriteOptions;
        var flush = options?.Flags.HasFlag(WriteFlags.BufferHint) is not true;
        return call.WriteAsync(call.Frame(message, serializer, options), flush, cancellationToken);
    }
}
