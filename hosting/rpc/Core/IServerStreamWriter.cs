namespace Grpc.Core;

/// <summary>Writes the answers of a call; the stream ends with the handler.</summary>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>;
