using Grpc.Core;

namespace Headgate.JobCoordinator.Relaying;

/// <summary>Which stream a worker's call serves.</summary>
static class StreamOfCall
{
    static readonly object Key = new();

    /// <exception cref="InvalidOperationException">The call did not come by way of the access interceptor.</exception>
    public static OpenStream Stream(this ServerCallContext context) =>
        context.UserState.TryGetValue(Key, out var stream) ? (OpenStream)stream : throw new InvalidOperationException($"{context.Method} was not checked.");

    public static void SetStream(this ServerCallContext context, OpenStream stream) => context.UserState[Key] = stream;
}
