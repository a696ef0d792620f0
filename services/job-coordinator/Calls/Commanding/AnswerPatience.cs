using Grpc.Core;

namespace Headgate.JobCoordinator.Calls.Commanding;

/// <summary>How long a call may wait for an answer: so long that its caller is still there to be told that there was none.</summary>
static class AnswerPatience
{
    static readonly TimeSpan ToTell = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan Least = TimeSpan.FromMilliseconds(50);

    /// <param name="context">The call; its deadline is by this machine's clock.</param>
    /// <param name="most">Where the caller has set none, or a later one.</param>
    public static TimeSpan Of(ServerCallContext context, TimeSpan most)
    {
        var left = context.Deadline - TimeProvider.System.GetUtcNow().UtcDateTime - ToTell;
        return left > most ? most : left < Least ? Least : left;
    }
}
