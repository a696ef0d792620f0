using Headgate.SagaRepository.CrashHost.Tallies;
using Headgate.SagaRepository.Tests.Bus;
using Headgate.SagaRepository.Tests.Machines;
using Microsoft.EntityFrameworkCore;

namespace Headgate.SagaRepository.Tests;

public sealed class InsertRaceTests
{
    const int Tallies = 20;
    const int Copies = 32;

    [Fact]
    public async Task Concurrent_initial_events_create_exactly_one_instance()
    {
        await using var saga = await SagaBus<TallyMachine>.StartAsync();

        await RaceAsync(saga);

        Assert.Empty(saga.Handled.Faults.Seen);
        await using var db = saga.Database.Context();
        Assert.Equal(Tallies, await db.Tallies.CountAsync());
    }

    [Fact]
    public async Task Concurrent_initial_events_without_InsertOnInitial_create_one_instance_and_leave_the_rest_to_the_retry()
    {
        await using var saga = await SagaBus<ProbeMachine>.StartAsync(new SagaBusSetup { Retries = 1 });

        await RaceAsync(saga);

        await using var db = saga.Database.Context();
        Assert.Equal(Tallies, await db.Tallies.CountAsync());
        Assert.Equal(Tallies * Copies, await db.Tallies.SumAsync(tally => tally.Total));
    }

    static async Task RaceAsync<TMachine>(SagaBus<TMachine> saga)
        where TMachine : class, MassTransit.SagaStateMachine<Tally>
    {
        for (var at = 0; at < Tallies; at++)
        {
            var open = new OpenTally { TallyId = Guid.NewGuid(), Label = "race" };
            await saga.SendAllAsync(Enumerable.Repeat(open, Copies));
        }

        await saga.Handled.Done.CountAsync(Tallies * Copies);
    }
}
