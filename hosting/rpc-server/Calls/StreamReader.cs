using Grpc.Core;
using Headgate.Rpc.Wire;

namespace Headgate.Rpc.Server.Calls;

/// <summary>The requests of a call.</summary>
sealed class StreamReader<T>(ServerCall call, Func<DeserializationContext, T> deserializer) : IAsyncStreamReader<T>
    where T : class
{
    readonly FrameReader frames = new(call.RequestBody, call.MaxReceiveMessageSize);
    T? current;
    int reading;

    public T Current => current ?? throw new InvalidOperationException("There is no message: the stream has not begun, or is over.");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref reading, 1) == 1) throw new InvalidOperationException("A message is being read already.");
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, cancellationToken);
            current = await ReadAsync(either.Token);
            return current is not null;
        }
        finally
        {
            Volatile.Write(ref reading, 0);
        }
    }

    /// <summary>The one message of a request.</summary>
    /// <exception cref="RpcException">There is none, or there is more.</exception>
    public async Task<T> ReadSingleAsync()
    {
        var single = await ReadAsync(call.CancellationToken) ?? throw WireErrors.Malformed("The request has no message.");
        return await ReadAsync(call.CancellationToken) is null ? single : throw WireErrors.Malformed("The request has more than its one message.");
    }

    async Task<T?> ReadAsync(CancellationToken cancellationToken)
    {
        var next = await frames.ReadAsync(
            frame => PayloadReading.Message(frame, call.RequestEncoding, call.MaxReceiveMessageSize, deserializer), cancellationToken);
        if (next.TryGet(out var message)) return message;
        call.RequestIsComplete = true;
        return null;
    }
}
