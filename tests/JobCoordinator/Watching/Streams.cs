using Grpc.Core;

namespace Headgate.JobCoordinator.Tests.Watching;

/// <summary>What comes next of a stream. It is waited for long, and comes soon.</summary>
static class Streams
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static async Task<T> NextAsync<T>(this AsyncServerStreamingCall<T> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(Patience), "The stream has ended.");
        return call.ResponseStream.Current;
    }

    public static async Task<bool> HasEndedAsync<T>(this AsyncServerStreamingCall<T> call) =>
        !await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(Patience);
}
