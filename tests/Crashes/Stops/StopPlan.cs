namespace Headgate.Crashes.Tests.Stops;

/// <summary>What a round is to do.</summary>
/// <param name="Mode">The stop.</param>
/// <param name="Phase">How far the job is to be.</param>
/// <param name="Delay">How long into that phase.</param>
/// <param name="Fault">What happens at the same time, in half of the rounds.</param>
sealed record StopPlan(StopMode Mode, StopPhase Phase, TimeSpan Delay, StopFault Fault)
{
    public static StopPlan Draw(Random random)
    {
        var mode = Enum.GetValues<StopMode>()[random.Next(Enum.GetValues<StopMode>().Length)];
        var phase = mode == StopMode.CancelBeforeLaunch ? StopPhase.Extraction : Enum.GetValues<StopPhase>()[random.Next(4)];
        // Launching and closing take some hundredths of a second.
        var longest = phase switch { StopPhase.Extraction => 400, StopPhase.Load => 800, _ => 30 };
        var faults = Enum.GetValues<StopFault>();
        var fault = random.Next(2) == 0 ? StopFault.None : faults[random.Next(1, faults.Length)];
        return new StopPlan(mode, phase, TimeSpan.FromMilliseconds(random.Next(longest)), fault);
    }
}
