using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Reconciling;
using Headgate.JobCoordinator.Tests.Saga;

namespace Headgate.JobCoordinator.Tests.Reconciling;

/// <summary>Which jobs are told that their deadline has passed.</summary>
public sealed class DeadlineWatchTests(SagaBench bench) : IClassFixture<SagaBench>
{
    [Fact]
    public async Task Job_whose_deadline_has_passed_is_told_and_alerts_once_and_the_others_are_left_alone()
    {
        var (late, early) = (await PausingAsync(), await PausingAsync());
        var told = bench.Record.HandledAsync<JobDeadlineElapsed>(late.Id);
        await PassAsync(late);
        await using var watch = await bench.RunAsync<DeadlineWatch>();
        await told;
        Assert.Equal(1, await late.TimesOwedAsync(nameof(JobDeadlinePassed)));
        await TellNextAsync();
        Assert.Equal((1, 0), (late.Sent<JobDeadlineElapsed>().Count, early.Sent<JobDeadlineElapsed>().Count));
    }

    [Fact]
    public async Task Word_that_was_lost_is_sent_again_after_a_while()
    {
        var (lost, recent) = (await PausedAsync(), await PausedAsync());
        await PassAsync(lost, toldSecondsAgo: 60);
        await PassAsync(recent, toldSecondsAgo: 5);
        var told = bench.Record.HandledAsync<JobDeadlineElapsed>(lost.Id);
        await using var watch = await bench.RunAsync<DeadlineWatch>();
        await told;
        await TellNextAsync();
        Assert.Empty(recent.Sent<JobDeadlineElapsed>());
    }

    [Fact]
    public async Task Job_that_another_coordinator_has_in_hand_holds_nobody_up()
    {
        var inHand = await PausingAsync();
        await PassAsync(inHand);
        await using var session = await bench.LockAsync($"select from coordinator.sync_job where job_id = '{inHand.Id}' for update");
        await using var watch = await bench.RunAsync<DeadlineWatch>();
        await TellNextAsync();
        Assert.Empty(inHand.Sent<JobDeadlineElapsed>());
    }

    [Fact]
    public async Task Session_that_is_ended_in_the_midst_of_a_look_is_not_the_last_look()
    {
        var job = await PausingAsync();
        await PassAsync(job);
        var told = bench.Record.HandledAsync<JobDeadlineElapsed>(job.Id);
        await using var watch = await WatchAsync();
        await told;
    }

    // One whose first look has been ended by the server.
    async Task<IAsyncDisposable> WatchAsync()
    {
        await using var session = await bench.LockAsync("lock table coordinator.sync_job in access exclusive mode");
        var watch = await bench.RunAsync<DeadlineWatch>();
        await bench.WaitingForLocksAsync(1);
        var ended = await bench.ListAsync<bool>(
            $"""
             select pg_terminate_backend(pid) as "Value" from pg_stat_activity
             where datname = current_database() and wait_event_type = 'Lock' and query like '%deadline_told_at%'
             """);
        Assert.Equal([true], ended);
        return watch;
    }

    Task<SagaJob> PausedAsync() => InAsync("Paused");

    Task<SagaJob> PausingAsync() => InAsync("Pausing");

    async Task<SagaJob> InAsync(string state) => await (await bench.AcceptAsync()).InAsync(state);

    Task PassAsync(SagaJob job, int? toldSecondsAgo = null)
    {
        var told = toldSecondsAgo is { } seconds ? TimeProvider.System.GetUtcNow().AddSeconds(-seconds) : (DateTimeOffset?)null;
        return bench.ExecuteAsync(
            $"update coordinator.sync_job set deadline_at = now() - interval '2 seconds', deadline_told_at = {told} where job_id = {job.Id}");
    }

    // What was passed over before is passed over by the look that finds this one.
    async Task TellNextAsync()
    {
        var next = await PausingAsync();
        var told = bench.Record.HandledAsync<JobDeadlineElapsed>(next.Id);
        await PassAsync(next);
        await told;
    }
}
