namespace Grpc.Core;

/// <summary>The messages of a stream, one after the other.</summary>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message that <see cref="MoveNext"/> has come to.</summary>
    T Current { get; }

    /// <summary>False at the end of the stream. One call at a time.</summary>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}
