using Headgate.Crashes.Tests.Rounds;

namespace Headgate.Crashes.Tests.Stops;

/// <summary>What a round is to do.</summary>
/// <param name="Mode">The stop.</param>
/// <param name="Phase">How far the job is to be.</param>
/// <param name="Delay">How long into that phase.</param>
/// <param name="Fault">What happens at the same time.</param>
/// <param name="HasBatchInHand">Whether the stop, and the fault, wait until a batch is in hand of whoever suffers the fault.</param>
sealed record StopPlan(StopMode Mode, StopPhase Phase, TimeSpan Delay, StopFault Fault, bool HasBatchInHand)
{
    // What is staged is kept, so that whoever does not know better can go on writing.
    static readonly StopMode[] Pauses = [StopMode.PauseAndResume, StopMode.PauseAndRestart];

    // Whoever suffers these does not know better. To be cut off and to stand still is what only lock and fence help against.
    static readonly StopFault[] Deafness =
    [
        StopFault.BrokerCut, StopFault.BrokerCut, StopFault.WorkerFrozen, StopFault.WorkerFrozen,
        StopFault.MessagesTwice, StopFault.MessagesLate,
    ];

    /// <summary>
    /// A round's. Half of them are what the fence is there for: a pause in the midst of a batch that somebody goes on with. The others are
    /// any stop at any time, half of those with any fault.
    /// </summary>
    public static StopPlan Of(long seed)
    {
        var random = Draws.From(seed, 1);
        return random.Next(2) == 0 ? InHand(random) : Any(random);
    }

    static StopPlan InHand(Random random) => new(
        OneOf(random, Pauses), StopPhase.Load, TimeSpan.FromMilliseconds(random.Next(200)), OneOf(random, Deafness), HasBatchInHand: true);

    static StopPlan Any(Random random)
    {
        var mode = OneOf(random, Enum.GetValues<StopMode>());
        var phase = mode == StopMode.CancelBeforeLaunch ? StopPhase.Extraction : OneOf(random, Enum.GetValues<StopPhase>());
        // Launching and closing take some hundredths of a second.
        var longest = phase switch { StopPhase.Extraction => 400, StopPhase.Load => 800, _ => 30 };
        var fault = random.Next(2) == 0 ? StopFault.None : OneOf(random, Enum.GetValues<StopFault>()[1..]);
        return new StopPlan(mode, phase, TimeSpan.FromMilliseconds(random.Next(longest)), fault, HasBatchInHand: false);
    }

    static T OneOf<T>(Random random, T[] values) => values[random.Next(values.Length)];
}
