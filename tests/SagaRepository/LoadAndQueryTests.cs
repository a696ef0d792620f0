using Headgate.SagaRepository.CrashHost.Tallies;
using Headgate.SagaRepository.Tests.Bus;
using Headgate.SagaRepository.Tests.Machines;
using MassTransit;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.SagaRepository.Tests;

public sealed class LoadAndQueryTests
{
    readonly Tally[] tallies =
    [
        .. Enumerable.Range(0, 8).Select(at => new Tally
        {
            CorrelationId = Guid.NewGuid(), CurrentState = "Open", Label = at < 5 ? "greeted" : "other",
        }),
    ];

    [Fact]
    public async Task Load_repository_returns_the_committed_instance_or_null()
    {
        await using var saga = await SagaBus<ProbeMachine>.StartAsync();
        await saga.Database.AddAsync(tallies);
        var repository = saga.Services.GetRequiredService<ILoadSagaRepository<Tally>>();

        Assert.Equal("greeted", (await repository.Load(tallies[0].CorrelationId)).Label);
        Assert.Null(await repository.Load(Guid.NewGuid()));
    }

    [Fact]
    public async Task Query_repository_returns_the_ids_of_all_matches()
    {
        await using var saga = await SagaBus<ProbeMachine>.StartAsync();
        await saga.Database.AddAsync(tallies);
        var repository = saga.Services.GetRequiredService<IQuerySagaRepository<Tally>>();

        var found = await repository.Find(new SagaQuery<Tally>(tally => tally.Label == "greeted"));

        Assert.Equal(tallies.Take(5).Select(tally => tally.CorrelationId).Order(), found.Order());
    }

    [Fact]
    public async Task Event_correlated_by_a_query_reaches_every_match_in_one_transaction()
    {
        await using var saga = await SagaBus<ProbeMachine>.StartAsync();
        await saga.Database.AddAsync(tallies);

        await saga.SendAllAsync(Enumerable.Repeat(new GreetAll { Label = "greeted" }, 40));
        await saga.Handled.Done.CountAsync(40);

        Assert.Empty(saga.Handled.Faults.Seen);
        await using var db = saga.Database.Context();
        Assert.Equal(5 * 40, await db.Notes.CountAsync());
        Assert.All(await db.Tallies.ToListAsync(), tally => Assert.Equal(tally.Label == "greeted" ? 40 : 0, tally.Total));
    }
}
