using Headgate.Contracts.Jobs;
using Headgate.Hosting.Bus;
using Headgate.JobCoordinator.Obligations;
using Headgate.JobCoordinator.Tests.Saga;

namespace Headgate.JobCoordinator.Tests.Obligations;

/// <summary>What is owed leaves at least once, under the id of its row, and is marked done after it has left.</summary>
public sealed class RelayTests(SagaBench bench) : IClassFixture<SagaBench>
{
    [Fact]
    public async Task Command_leaves_for_its_lane_and_an_event_is_published_each_under_its_own_id()
    {
        var (start, turn) = (await OweStartAsync(), await OweTurnAsync());
        await using var relay = await bench.RunAsync<ObligationRelay>();
        await DoneAsync(start.Obligation);
        await DoneAsync(turn.Obligation);
        Assert.Equal(start.Obligation, bench.Record.Ids[bench.Record.Published.OfType<JobStarted>().Single(started => started.JobId == start.Job)]);
        Assert.Equal(turn.Obligation, bench.Record.Ids[bench.Record.Sent.OfType<GrantTurn>().Single(granted => granted.JobId == turn.Job)]);
    }

    [Fact]
    public async Task What_could_not_be_sent_stays_owed_for_later_and_holds_nobody_up()
    {
        var (refused, next) = (await OweTurnAsync(), await OweTurnAsync());
        bench.Record.RefuseNext<GrantTurn>(refused.Job);
        await using var relay = await bench.RunAsync<ObligationRelay>();
        await DoneAsync(next.Obligation);
        var row = await RowAsync(refused.Obligation);
        Assert.Equal((false, 1, true), (row.done, row.tries, row.later));
    }

    [Fact]
    public async Task What_could_not_be_sent_leaves_when_its_time_has_come()
    {
        var refused = await OweTurnAsync();
        bench.Record.RefuseNext<GrantTurn>(refused.Job);
        await using var relay = await bench.RunAsync<ObligationRelay>();
        await bench.EventuallyAsync(async () => (await RowAsync(refused.Obligation)).tries == 1);
        Assert.DoesNotContain(bench.Record.Sent.OfType<GrantTurn>(), turn => turn.JobId == refused.Job);
        await bench.ExecuteAsync($"update coordinator.obligation set not_before = now() where obligation_id = {refused.Obligation}");
        await DoneAsync(refused.Obligation);
        Assert.Single(bench.Record.Sent.OfType<GrantTurn>(), turn => turn.JobId == refused.Job);
    }

    [Fact]
    public async Task What_is_done_does_not_leave_again_and_what_is_for_later_not_yet()
    {
        var (done, later) = (await OweTurnAsync(), await OweTurnAsync());
        await bench.ExecuteAsync($"update coordinator.obligation set done_at = now() where obligation_id = {done.Obligation}");
        await bench.ExecuteAsync($"update coordinator.obligation set not_before = now() + interval '1 hour' where obligation_id = {later.Obligation}");
        await using var relay = await bench.RunAsync<ObligationRelay>();
        await DoneAsync((await OweTurnAsync()).Obligation);
        Assert.DoesNotContain(bench.Record.Sent.OfType<GrantTurn>(), turn => turn.JobId == done.Job || turn.JobId == later.Job);
    }

    [Fact]
    public async Task Rows_leave_in_the_order_in_which_they_were_added()
    {
        var first = await OweTurnAsync();
        var second = await OweTurnAsync();
        await using var relay = await bench.RunAsync<ObligationRelay>();
        await DoneAsync(first.Obligation);
        await DoneAsync(second.Obligation);
        Assert.Equal([first.Job, second.Job], bench.Record.Sent.OfType<GrantTurn>().Select(turn => turn.JobId).Where(id => id == first.Job || id == second.Job));
    }

    [Fact]
    public async Task Row_that_another_coordinator_has_in_hand_holds_nobody_up()
    {
        var (inHand, other) = (await OweTurnAsync(), await OweTurnAsync());
        await using var session = await bench.LockAsync($"select from coordinator.obligation where obligation_id = '{inHand.Obligation}' for update");
        await using var relay = await bench.RunAsync<ObligationRelay>();
        await DoneAsync(other.Obligation);
        Assert.DoesNotContain(bench.Record.Sent.OfType<GrantTurn>(), turn => turn.JobId == inHand.Job);
    }

    async Task<(Guid Obligation, Guid Job)> OweTurnAsync()
    {
        var job = Guid.NewGuid();
        return (await OweAsync(job, typeof(GrantTurn).FullName!, Lanes.Upkeep, $$"""{"jobId": "{{job}}"}"""), job);
    }

    async Task<(Guid Obligation, Guid Job)> OweStartAsync()
    {
        var job = Guid.NewGuid();
        var body = $$"""{"jobId": "{{job}}", "project": "test", "pipeline": "p", "at": "2026-01-01T00:00:00Z", "attempt": 1}""";
        return (await OweAsync(job, typeof(JobStarted).FullName!, lane: null, body), job);
    }

    async Task<Guid> OweAsync(Guid job, string message, string? lane, string body)
    {
        var id = Guid.NewGuid();
        await bench.ExecuteAsync(
            $"insert into coordinator.obligation (obligation_id, job_id, message, lane, body) values ({id}, {job}, {message}, {lane}, {body}::jsonb)");
        return id;
    }

    Task DoneAsync(Guid obligation) => bench.EventuallyAsync(async () => (await RowAsync(obligation)).done);

    async Task<OwedRow> RowAsync(Guid obligation) => (await bench.ListAsync<OwedRow>(
        $"select done_at is not null as done, tries, not_before > now() as later from coordinator.obligation where obligation_id = {obligation}")).Single();

#pragma warning disable IDE1006 // Named as the columns, which is how rows of plain SQL are matched.
    sealed record OwedRow(bool done, int tries, bool later);
#pragma warning restore IDE1006
}
