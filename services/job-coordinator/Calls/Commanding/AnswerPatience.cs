using Grpc.Core;

namespace Headgate.JobCoordinator.Calls.Commanding;

/// <summary>How long a call may wait for an answer: so long that its caller is still there to be told that there was none.</summary>
static class AnswerPatience
{
    // To look at what was commanded and to send the answer: a fifth of what there is, as that takes longer on a busy machine.
    const int ToTell = 5;
    static readonly TimeSpan LeastToTell = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan MostToTell = TimeSpan.FromSeconds(2);
    static readonly TimeSpan Least = TimeSpan.FromMilliseconds(50);

    /// <param name="context">The call; its deadline is by this machine's clock.</param>
    /// <param name="most">Where the caller has set none, or a later one.</param>
    public static TimeSpan Of(ServerCallContext context, TimeSpan most)
    {
        var left = context.Deadline - TimeProvider.System.GetUtcNow().UtcDateTime;
        left -= TimeSpan.FromTicks(Math.Clamp(left.Ticks / ToTell, LeastToTell.Ticks, MostToTell.Ticks));
        return left > most ? most : left < Least ? Least : left;
    }
}
