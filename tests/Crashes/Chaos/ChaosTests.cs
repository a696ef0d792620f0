using Headgate.Crashes.Tests.Rounds;

namespace Headgate.Crashes.Tests.Chaos;

/// <summary>
/// Everything at once, at random: whatever was done to a job and to what it runs on, once it is let go it comes to its end, and the
/// checker finds nothing. Each round has a seed of its own, which repeats its scene and what is drawn; what meets what is up to time.
/// </summary>
public sealed class ChaosTests(ChaosFixture fixture) : IClassFixture<ChaosFixture>
{
    /// <summary>`./headgate test --chaos N --seed S`.</summary>
    public static TheoryData<long> Seeds => [.. RoundSettings.Read("HEADGATE_CHAOS", 2, seed: 7).Seeds];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Job_comes_to_its_end_and_nothing_is_wrong(long seed)
    {
        var round = new Round(fixture, seed);
        try
        {
            var findings = await round.RunAsync();
            Assert.True(findings.Count == 0, string.Join('\n', findings));
        }
        catch (Exception error)
        {
            throw new InvalidOperationException(
                $"{error.Message}\n\nSeed {seed}; to repeat it: ./headgate test --chaos 1 --seed {seed}\nWhat was done:\n{round.Log}\n\n{await fixture.Crew.HealthAsync()}\n{fixture.Crew.Output}", error);
        }
    }
}
