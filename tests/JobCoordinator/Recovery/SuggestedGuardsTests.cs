using Headgate.JobCoordinator.Recovery;

namespace Headgate.JobCoordinator.Tests.Recovery;

public sealed class SuggestedGuardsTests
{
    [Fact]
    public void What_only_told_is_to_hold_by_what_it_went_by()
    {
        Assert.Equal(
            """
            guards:
              canary: { changedShare: 0.5, sameValueShare: 0.2, action: hold }
              fullLoad: { action: hold }
              rejects: { rate: 0.05, action: pause }
              volume: { maxRatio: 5, action: hold }
            """,
            SuggestedGuards.Of(
            [
                new RecoveryTrip("Canary", "changedShare", 0.5, 1, OnlyTold: true), new RecoveryTrip("Canary", "sameValueShare", 0.2, 0.9, OnlyTold: true),
                new RecoveryTrip("FullLoad", "", 0, 0, OnlyTold: true), new RecoveryTrip("Rejects", "rate", 0.05, 0.06, OnlyTold: true),
                new RecoveryTrip("Volume", "maxRatio", 5, 6, OnlyTold: true), new RecoveryTrip("Volume", "vanished", 5, 9, OnlyTold: true),
            ]));
    }

    [Fact]
    public void Guard_that_has_held_the_job_needs_no_other_lines() =>
        Assert.Equal("", SuggestedGuards.Of([new RecoveryTrip("Canary", "nullShare", 0.05, 1, OnlyTold: false)]));
}
