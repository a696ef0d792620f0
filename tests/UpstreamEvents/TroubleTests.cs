using Headgate.Hosting.Bus;
using Headgate.UpstreamEvents.Tests.Running;

namespace Headgate.UpstreamEvents.Tests;

/// <summary>Events that the database does not take: for now, or for good.</summary>
public sealed class TroubleTests(EventBench bench) : IClassFixture<EventBench>, IAsyncLifetime
{
    const string ErrorQueue = $"{Lanes.UpstreamEvents}_error";

    // The type says by which code it is refused, and how often; a sequence counts on though the transaction is undone.
    public Task InitializeAsync() => bench.State.ExecuteAsync(
        """
        create sequence if not exists scheduler.refusals;
        create or replace function scheduler.refuse() returns trigger language plpgsql as $$
        begin
            if nextval('scheduler.refusals') <= split_part(new.type, ' ', 2)::int then
                raise exception 'refused' using errcode = split_part(new.type, ' ', 1);
            end if;
            return new;
        end $$;
        create or replace trigger refused before insert on scheduler.upstream_event
            for each row when (new.type like '% %') execute function scheduler.refuse();
        """);

    public Task DisposeAsync() => bench.State.ExecuteAsync("drop trigger refused on scheduler.upstream_event");

    [Theory]
    [InlineData("40001")]
    [InlineData("57P01")]
    [InlineData("25006")]
    [InlineData("25P03")]
    [InlineData("57014")]
    public async Task What_the_database_refuses_for_now_is_tried_until_it_takes_it(string code)
    {
        await bench.State.ExecuteAsync("select setval('scheduler.refusals', 1, false)");
        await bench.Publisher.EventAsync($"{code} 2", "s", code);
        await bench.EventAsync(code, "repeats = 0");
    }

    [Fact]
    public async Task What_the_database_refuses_for_good_goes_to_the_error_queue_and_is_not_tried_for_minutes()
    {
        await bench.State.ExecuteAsync("select setval('scheduler.refusals', 1, false)");
        await bench.Publisher.EventAsync("23514 1000000", "s", "refused");
        await Installation.EventuallyAsync(
            async () => await bench.Broker.MessagesAsync(ErrorQueue) == 1, () => Task.FromResult(bench.Scheduler.Output));
        Assert.Equal(1, await bench.State.ScalarAsync<long>("select last_value from scheduler.refusals"));
    }
}
