namespace Headgate.Crashes.Tests.Stops;

/// <summary>The rounds that are always made.</summary>
public sealed class StopPlanTests
{
    [Fact]
    public void Rounds_of_the_gate_have_every_mode_phase_and_fault() => Assert.True(
        HasAll(StopTests.GateSeed), $"take {Enumerable.Range(1, 10_000).FirstOrDefault(seed => HasAll(seed))}");

    static bool HasAll(long first)
    {
        var plans = Enumerable.Range(0, StopTests.GateRounds).Select(round => StopPlan.Of(first + round)).ToList();
        var inHand = plans.Where(plan => plan.HasBatchInHand).ToList();
        return plans.Select(plan => plan.Mode).Distinct().Count() == Enum.GetValues<StopMode>().Length
            && plans.Select(plan => plan.Phase).Distinct().Count() == Enum.GetValues<StopPhase>().Length
            && plans.Select(plan => plan.Fault).Distinct().Count() == Enum.GetValues<StopFault>().Length
            && inHand.Count >= StopTests.GateRounds / 2 - 1
            && inHand.Count(plan => plan.Fault == StopFault.BrokerCut) >= 3
            && inHand.Count(plan => plan.Fault == StopFault.WorkerFrozen) >= 3
            && inHand.Select(plan => plan.Fault).Distinct().Count() == 4;
    }
}
