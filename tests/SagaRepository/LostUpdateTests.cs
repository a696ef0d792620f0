using System.Diagnostics;
using Headgate.SagaRepository.CrashHost.Tallies;
using Headgate.SagaRepository.Tests.Bus;
using Microsoft.EntityFrameworkCore;
using Xunit.Abstractions;

namespace Headgate.SagaRepository.Tests;

public sealed class LostUpdateTests(ITestOutputHelper output)
{
    const int Numbers = 200;

    [Fact]
    public Task Concurrent_events_with_duplicates_are_each_counted_once() => CountAsync(20);

    // The fewer there are, the more of what is in hand at a time meets in one of them; here it is more of the same.
    [Fact]
    [Trait("Gate", "ByHand")]
    public Task Concurrent_events_of_many_more_with_duplicates_are_each_counted_once() => CountAsync(50);

    async Task CountAsync(int count)
    {
        await using var saga = await SagaBus<TallyMachine>.StartAsync();
        var tallies = await OpenAsync(saga, count);
        var events = Shuffled(tallies.SelectMany(id => WithDuplicates(id)));

        var clock = Stopwatch.StartNew();
        await saga.SendAllAsync(events);
        await saga.Handled.Done.CountAsync(tallies.Length + events.Length);
        output.WriteLine($"{events.Length} events, {events.Length / clock.Elapsed.TotalSeconds:F0} a second, in {clock.Elapsed.TotalSeconds:F1} s");
        await saga.Sent.CountAsync(tallies.Length * Numbers);

        Assert.Empty(saga.Handled.Faults.Seen);
        await using var db = saga.Database.Context();
        foreach (var tally in await db.Tallies.AsNoTracking().ToListAsync())
        {
            Assert.Equal(Numbers, tally.Total);
            Assert.Equal(Numbers / 5, tally.Repeats);
            Assert.Equal(Enumerable.Range(0, Numbers), tally.Numbers.Order());
        }

        Assert.Equal(tallies.Length * Numbers, saga.Sent.Seen.Count);
    }

    [Fact]
    public async Task Concurrent_events_without_the_lock_lose_updates()
    {
        await using var saga = await SagaBus<TallyMachine>.StartAsync(new SagaBusSetup { Locked = false });
        var tallies = await OpenAsync(saga, 2);
        var events = Shuffled(tallies.SelectMany(id => WithDuplicates(id)));

        await saga.SendAllAsync(events);
        await saga.Handled.Done.CountAsync(tallies.Length + events.Length);

        await using var db = saga.Database.Context();
        var counted = await db.Tallies.SumAsync(tally => tally.Total + tally.Repeats);
        output.WriteLine($"{counted} of {events.Length} events were counted");
        Assert.True(counted < events.Length, "Without the lock, updates should have been lost.");
    }

    static async Task<Guid[]> OpenAsync(SagaBus<TallyMachine> saga, int count)
    {
        var tallies = Enumerable.Range(0, count).Select(_ => Guid.NewGuid()).ToArray();
        await saga.SendAllAsync(tallies.Select(id => new OpenTally { TallyId = id }));
        await saga.Handled.Done.CountAsync(count);
        return tallies;
    }

    // Every fifth number twice.
    static IEnumerable<AddToTally> WithDuplicates(Guid id) =>
        Enumerable.Range(0, Numbers).Concat(Enumerable.Range(0, Numbers / 5).Select(number => number * 5))
            .Select(number => new AddToTally { TallyId = id, Number = number });

    static AddToTally[] Shuffled(IEnumerable<AddToTally> events)
    {
        var all = events.ToArray();
        new Random(1).Shuffle(all);
        return all;
    }
}
