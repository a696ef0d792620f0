using Headgate.Crashes.Tests.Rounds;
using Xunit.Abstractions;

namespace Headgate.Crashes.Tests.Stops;

/// <summary>
/// The proof run: a random stop at a random moment, in most rounds with a fault at the same time, and from the instant at which it
/// is shown nothing of the job is written any more. Each round has a seed of its own, which repeats its scene, its stop and its fault;
/// what meets what is up to time.
/// </summary>
public sealed class StopTests(StopFixture fixture, ITestOutputHelper output) : IClassFixture<StopFixture>
{
    /// <summary>How many rounds there are where nothing is told.</summary>
    internal const int GateRounds = 20;

    /// <summary>The first of them: between them they have every mode, phase and fault.</summary>
    internal const long GateSeed = 314;

    /// <summary>`./headgate test --stops N --seed S`.</summary>
    public static TheoryData<long> Seeds => [.. RoundSettings.Read("HEADGATE_STOPS", GateRounds, GateSeed).Seeds];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Nothing_is_written_after_a_stop_was_shown(long seed)
    {
        var round = new StopRound(fixture, seed);
        try
        {
            var findings = await round.RunAsync();
            output.WriteLine(round.Log.ToString());
            Assert.True(findings.Count == 0, string.Join('\n', findings));
        }
        catch (Exception error)
        {
            throw new InvalidOperationException(
                $"{error.Message}\n\nSeed {seed}; to repeat it: ./headgate test --stops 1 --seed {seed}\nWhat was done:\n{round.Log}\n\n"
                + $"{await fixture.Crew.HealthAsync()}\n{fixture.Crew.Output}",
                error);
        }
    }
}
