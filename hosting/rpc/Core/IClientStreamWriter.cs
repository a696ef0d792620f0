namespace Grpc.Core;

/// <summary>Writes the requests of a call.</summary>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Ends the stream. Nothing can be written after it.</summary>
    Task CompleteAsync();
}
