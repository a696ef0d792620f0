using Headgate.SagaRepository.CrashHost.Tallies;
using Microsoft.EntityFrameworkCore;
using Xunit.Abstractions;

namespace Headgate.SagaRepository.Tests.Crashes;

public sealed class CrashTests(ITestOutputHelper output)
{
    const int CommitsToKill = 12;
    const int Numbers = 30;
    const int Last = -1;

    readonly Tally[] tallies = [.. Enumerable.Range(0, 10).Select(_ => new Tally { CorrelationId = Guid.NewGuid(), CurrentState = "Open" })];

    [Fact]
    public async Task Kill_between_commit_and_sending_loses_no_message()
    {
        const int kills = 20;
        await using var crash = await CrashRun.StartAsync(sendsAgain: true, tallies);
        await crash.SendAsync(Events());

        for (var kill = 0; kill < kills; kill++)
            await crash.RunUntilKilledAsync(CommitsToKill);
        await using var survivor = crash.Run(concurrency: 8);
        await crash.Arrived.WhenAsync(arrived => arrived.Distinct().Count(grown => !grown.Again) + SentAgainOnly(arrived) == Expected);

        output.WriteLine($"{kills} kills, {crash.Arrived.Seen.Count} messages for {Expected}, {crash.Arrived.Seen.Count(grown => grown.Again)} sent again");
        Assert.True(SentAgainOnly(crash.Arrived.Seen) >= kills, "Every kill must have taken away at least its own message.");
        await AssertCountedOnceAsync(crash);
    }

    [Fact]
    public async Task Kill_between_commit_and_sending_loses_messages_that_are_not_sent_again()
    {
        const int kills = 4;
        await using var crash = await CrashRun.StartAsync(sendsAgain: false, tallies);
        await crash.SendAsync(Events());

        for (var kill = 0; kill < kills; kill++)
            await crash.RunUntilKilledAsync(CommitsToKill);
        // One at a time, the queue is in order again: this message is the last to be handled.
        await crash.SendAsync([new AddToTally { TallyId = tallies[0].CorrelationId, Number = Last }]);
        await using var survivor = crash.Run(concurrency: 1);
        await crash.Arrived.WhenAsync(arrived => arrived.Any(grown => grown.Number == Last));

        var lost = Expected + 1 - crash.Arrived.Seen.Distinct().Count();
        output.WriteLine($"{kills} kills, {lost} messages lost");
        Assert.True(lost >= kills, $"Every kill should have lost at least one message, all together lost {lost}.");
    }

    int Expected => tallies.Length * Numbers;

    IEnumerable<AddToTally> Events() =>
        Enumerable.Range(0, Numbers).SelectMany(number => tallies.Select(tally => new AddToTally { TallyId = tally.CorrelationId, Number = number }));

    // Messages whose first sending the kill took away.
    static int SentAgainOnly(IReadOnlyCollection<TallyGrew> arrived) =>
        arrived.Where(grown => grown.Again).Distinct().Count(again => !arrived.Contains(again with { Again = false }));

    async Task AssertCountedOnceAsync(CrashRun crash)
    {
        await using var db = crash.Database.Context();
        var counted = await db.Tallies.ToListAsync();
        Assert.Equal(tallies.Length, counted.Count);
        Assert.All(counted, tally => Assert.Equal((Numbers, Numbers), (tally.Total, tally.Numbers.Distinct().Count())));
    }
}
