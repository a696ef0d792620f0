namespace Grpc.Core;

/// <summary>Writes the messages of a stream, one after the other.</summary>
public interface IAsyncStreamWriter<in T>
{
    WriteOptions? WriteOptions { get; set; }

    /// <summary>Completes when the message has been handed over to the transport, which may wait for the reader on the other side.</summary>
    /// <exception cref="InvalidOperationException">Another message is being written, or the call is over.</exception>
    Task WriteAsync(T message);

    Task WriteAsync(T message, CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled
            ? throw new NotSupportedException("This writer cannot be canceled.")
            : WriteAsync(message);
}
