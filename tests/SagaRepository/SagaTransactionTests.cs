using Headgate.SagaRepository.CrashHost.Tallies;
using Headgate.SagaRepository.Tests.Bus;
using Headgate.SagaRepository.Tests.Machines;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.SagaRepository.Tests;

public sealed class SagaTransactionTests
{
    readonly Tally open = new() { CorrelationId = Guid.NewGuid(), CurrentState = "Open", Total = 10 };

    [Fact]
    public async Task Verbs_get_the_database_context_of_the_saga_whichever_way_they_ask()
    {
        var seen = new Sightings();
        await using var saga = await SagaBus<ProbeMachine>.StartAsync(new SagaBusSetup { Services = services => services.AddSingleton(seen) });
        await saga.Database.AddAsync(open);

        await saga.SendAsync(new LookAround { TallyId = open.CorrelationId });
        await saga.Handled.Done.CountAsync(1);

        Assert.Empty(saga.Handled.Faults.Seen);
        Assert.NotNull(seen.Injected);
        Assert.Same(seen.Injected, seen.Resolved);
        Assert.Same(seen.Injected, seen.GotOrCreated);
        Assert.True(seen.TracksTheSaga);
        Assert.True(seen.IsInTransaction);
    }

    [Fact]
    public async Task Exception_in_a_verb_leaves_no_row_no_state_and_no_message()
    {
        await using var saga = await SagaBus<ProbeMachine>.StartAsync();
        await saga.Database.AddAsync(open);

        await saga.SendAsync(new WriteAndFail { TallyId = open.CorrelationId, Failures = 1 });
        await saga.Handled.Done.CountAsync(1);
        await FlushAsync(saga);

        Assert.Single(saga.Handled.Faults.Seen);
        await using var db = saga.Database.Context();
        Assert.Equal(10, (await db.Tallies.SingleAsync()).Total);
        Assert.Empty(db.Notes);
        Assert.DoesNotContain(saga.Sent.Seen, sent => sent.Number == 1);
    }

    [Fact]
    public async Task Retry_after_an_exception_writes_and_sends_once()
    {
        await using var saga = await SagaBus<ProbeMachine>.StartAsync(new SagaBusSetup { Retries = 3 });
        await saga.Database.AddAsync(open);

        await saga.SendAsync(new WriteAndFail { TallyId = open.CorrelationId, Failures = 3 });
        await saga.Handled.Done.CountAsync(1);
        await FlushAsync(saga);

        await using var db = saga.Database.Context();
        Assert.Equal(11, (await db.Tallies.SingleAsync()).Total);
        Assert.Single(db.Notes);
        Assert.Single(saga.Sent.Seen, sent => sent.Number == 1);
    }

    [Fact]
    public async Task Retry_after_a_failed_sending_sends_what_was_committed()
    {
        var setup = new SagaBusSetup
        {
            Retries = 1,
            InsideOutbox = (endpoint, context) => endpoint.UseConsumeFilter(typeof(FailOnceAfterCommit<>), context),
        };
        await using var saga = await SagaBus<TallyMachine>.StartAsync(setup);
        await saga.Database.AddAsync(open);

        await saga.SendAsync(new AddToTally { TallyId = open.CorrelationId, Number = 7 });
        await saga.Sent.CountAsync(1);

        var sent = Assert.Single(saga.Sent.Seen);
        Assert.True(sent.Again);
        Assert.Equal(11, (await saga.Database.TallyAsync(open.CorrelationId))!.Total);
    }

    [Fact]
    public async Task Event_for_a_missing_saga_goes_to_OnMissingInstance()
    {
        await using var saga = await SagaBus<ProbeMachine>.StartAsync();

        await FlushAsync(saga);

        Assert.Equal(-1, Assert.Single(saga.Sent.Seen).Number);
        await using var db = saga.Database.Context();
        Assert.Empty(db.Tallies);
    }

    [Fact]
    public async Task Read_only_event_leaves_the_saga_as_it_was()
    {
        await using var saga = await SagaBus<ProbeMachine>.StartAsync();
        await saga.Database.AddAsync(open);

        await saga.SendAsync(new Peek { TallyId = open.CorrelationId });
        await saga.Handled.Done.CountAsync(1);

        Assert.Empty(saga.Handled.Faults.Seen);
        Assert.Equal(10, (await saga.Database.TallyAsync(open.CorrelationId))!.Total);
    }

    [Fact]
    public async Task Finalized_saga_is_deleted_when_the_machine_completes_it()
    {
        await using var saga = await SagaBus<TallyMachine>.StartAsync();
        await saga.Database.AddAsync(open);

        await saga.SendAsync(new CloseTally { TallyId = open.CorrelationId });
        await saga.Handled.Done.CountAsync(1);

        Assert.Null(await saga.Database.TallyAsync(open.CorrelationId));
    }

    [Fact]
    public async Task Finalized_saga_stays_when_the_machine_does_not_complete_it()
    {
        await using var saga = await SagaBus<ProbeMachine>.StartAsync();
        await saga.Database.AddAsync(open);

        await saga.SendAsync(new CloseTally { TallyId = open.CorrelationId });
        await saga.Handled.Done.CountAsync(1);

        Assert.Equal("Final", (await saga.Database.TallyAsync(open.CorrelationId))!.CurrentState);
    }

    // The output queue is read in order: what was sent before this message was seen when it is.
    static async Task FlushAsync(SagaBus<ProbeMachine> saga)
    {
        await saga.SendAsync(new AddToTally { TallyId = Guid.NewGuid(), Number = 0 });
        await saga.Sent.WhenAsync(sent => sent.Any(grown => grown.Number == -1));
    }
}
