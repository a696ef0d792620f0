using Headgate.Connectors.Postgres.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Reconciling;
using Headgate.JobCoordinator.Tests.Fencing;
using Headgate.JobCoordinator.Tests.Saga;

namespace Headgate.JobCoordinator.Tests.Reconciling;

/// <summary>Which jobs the reconciler asks to send again.</summary>
public sealed class ReconcilerTests(SagaBench bench, FencedDatabase destination) : IClassFixture<SagaBench>, IClassFixture<FencedDatabase>
{
    [Fact]
    public async Task Job_whose_time_has_come_is_asked_once_and_the_others_are_left_alone()
    {
        // A paused job that is asked does nothing: what moves its time on is the reconciler.
        var (due, early, next) = (await PausedAsync(), await PausedAsync(), await PausedAsync());
        await WakeAsync(early, TimeSpan.FromHours(1));
        await using var reconciler = await bench.RunAsync<Reconciler>();
        await AskedAsync(due);
        await AskedAsync(next);
        Assert.Single(due.Sent<ReconcileJob>());
        Assert.Empty(early.Sent<ReconcileJob>());
    }

    [Theory]
    [InlineData("ReleaseJob", null, 60, true)]
    [InlineData("ReleaseJob", "now()", 60, false)]
    [InlineData("ReleaseJob", null, 1, false)]
    [InlineData("JobCompleted", null, 60, false)]
    public async Task Release_that_nobody_has_answered_is_owed_again_after_a_while(string message, string? answered, int secondsAgo, bool isOwedAgain)
    {
        var (obligation, last) = (Guid.NewGuid(), Guid.NewGuid());
        await SentAsync(obligation, message, answered, secondsAgo);
        // Looked at after the other one, so that one which is left alone was really passed over.
        await SentAsync(last, "ReleaseJob", answered: null, secondsAgo: 45);
        await using var reconciler = await bench.RunAsync<Reconciler>();
        await bench.EventuallyAsync(() => IsOwedAsync(last));
        Assert.Equal(isOwedAgain, await IsOwedAsync(obligation));

        Task<int> SentAsync(Guid id, string message, string? answered, int secondsAgo)
        {
            var (type, at) = ($"Headgate.Contracts.Jobs.{message}", answered is null ? (DateTime?)null : DateTime.UnixEpoch);
            return bench.ExecuteAsync(
                $"""
                 insert into coordinator.obligation (obligation_id, job_id, message, body, done_at, answered_at)
                 values ({id}, {Guid.NewGuid()}, {type}, jsonb_build_object(), now() - {secondsAgo} * interval '1 second', {at})
                 """);
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(2, false)]
    public async Task Release_is_owed_again_in_growing_distance(int tries, bool isOwedAgain)
    {
        var (obligation, last) = (Guid.NewGuid(), Guid.NewGuid());
        await SentAsync(obligation, tries, 60);
        await SentAsync(last, 0, 45);
        await using var reconciler = await bench.RunAsync<Reconciler>();
        await bench.EventuallyAsync(() => IsOwedAsync(last));
        Assert.Equal(isOwedAgain, await IsOwedAsync(obligation));

        Task<int> SentAsync(Guid id, int tries, int secondsAgo) => bench.ExecuteAsync(
            $"""
             insert into coordinator.obligation (obligation_id, job_id, message, body, done_at, tries)
             values ({id}, {Guid.NewGuid()}, 'Headgate.Contracts.Jobs.ReleaseJob', jsonb_build_object(), now() - {secondsAgo} * interval '1 second', {tries})
             """);
    }

    [Theory]
    [InlineData("ExtractionCanceled", """{ "notify": { "email": "ops@example.com" } }""", false, true)]
    [InlineData("JobFailed", """{ "notify": { "webhook": "env:OPS" } }""", false, true)]
    [InlineData("JobDeadlinePassed", """{ "notify": { "email": "ops@example.com" } }""", false, true)]
    [InlineData("StopUnconfirmed", """{ "notify": { "email": "ops@example.com" } }""", false, true)]
    [InlineData("JobFailed", """{ "notify": { "email": "ops@example.com" } }""", true, false)]
    [InlineData("JobFailed", """{ "notify": { "on": ["Failed"] } }""", false, false)]
    [InlineData("JobFailed", "{}", false, false)]
    [InlineData("JobCanceled", """{ "notify": { "email": "ops@example.com" } }""", false, false)]
    public async Task Event_that_somebody_is_to_be_told_of_is_owed_again_until_the_notifier_has_kept_it(
        string message, string body, bool isKept, bool isOwedAgain)
    {
        var (obligation, last) = (Guid.NewGuid(), Guid.NewGuid());
        await SentAsync(obligation, message, body, 60);
        if (isKept) await bench.ExecuteAsync($"update coordinator.obligation set answered_at = now() where obligation_id = {obligation}");
        await SentAsync(last, "JobFailed", """{ "notify": { "email": "ops@example.com" } }""", 45);
        await using var reconciler = await bench.RunAsync<Reconciler>();
        await bench.EventuallyAsync(() => IsOwedAsync(last));
        Assert.Equal(isOwedAgain, await IsOwedAsync(obligation));

        Task<int> SentAsync(Guid id, string name, string json, int secondsAgo)
        {
            var type = $"Headgate.Contracts.Jobs.{name}";
            return bench.ExecuteAsync(
                $"""
                 insert into coordinator.obligation (obligation_id, job_id, message, body, done_at)
                 values ({id}, {Guid.NewGuid()}, {type}, {json}::jsonb, now() - {secondsAgo} * interval '1 second')
                 """);
        }
    }

    [Fact]
    public async Task Job_that_another_coordinator_has_in_hand_holds_nobody_up()
    {
        var (inHand, other) = (await PausedAsync(), await PausedAsync());
        await WakeAsync(inHand, TimeSpan.FromSeconds(-2));
        await using var session = await bench.LockAsync($"select from coordinator.sync_job where job_id = '{inHand.Id}' for update");
        await using var reconciler = await bench.RunAsync<Reconciler>();
        await AskedAsync(other);
        Assert.Empty(inHand.Sent<ReconcileJob>());
    }

    [Fact]
    public async Task Job_whose_ledger_still_moves_is_not_asked_until_it_stands_still()
    {
        var job = await LoadingAsync(destination.ConnectionString, mark: 3);
        await destination.TakenAsync(job.Id, 0, 5);
        await WakeAsync(job, TimeSpan.FromSeconds(-1));
        await using var reconciler = await bench.RunAsync<Reconciler>();
        await bench.EventuallyAsync(async () => (await job.RowAsync()).LedgerMark == 5);
        await AskedAsync(await PausedAsync());
        Assert.Empty(job.Sent<ReconcileJob>());
        await AskedAsync(job);
    }

    [Fact]
    public async Task First_look_at_a_ledger_tells_nothing_and_the_job_is_asked()
    {
        var job = await LoadingAsync(destination.ConnectionString, mark: -1);
        await destination.TakenAsync(job.Id, 0, 5);
        await using var reconciler = await bench.RunAsync<Reconciler>();
        await AskedAsync(job);
    }

    [Fact]
    public async Task Job_that_waits_for_something_else_is_asked_whatever_its_ledger_does()
    {
        var job = await LoadingAsync(destination.ConnectionString, mark: 3);
        await job.PauseAsync();
        await destination.TakenAsync(job.Id, 0, 5);
        await using var reconciler = await bench.RunAsync<Reconciler>();
        await AskedAsync(job);
    }

    [Fact]
    public async Task Stop_is_asked_for_again_ahead_of_all_progress_and_a_running_job_behind_it()
    {
        var (stopping, running) = (await (await bench.AcceptAsync()).InAsync("Pausing"), await LoadingAsync(destination: null, mark: 3));
        await using var reconciler = await bench.RunAsync<Reconciler>();
        await AskedAsync(stopping);
        await AskedAsync(running);
        Assert.Equal(
            ("headgate.coordinator.job-commands", "headgate.coordinator.job-progress"),
            (bench.Record.Lanes[stopping.Sent<ReconcileJob>()[^1]], bench.Record.Lanes[running.Sent<ReconcileJob>()[^1]]));
    }

    [Fact]
    public async Task Job_whose_destination_cannot_be_asked_is_asked_itself()
    {
        var job = await LoadingAsync(destination: null, mark: 3);
        await using var reconciler = await bench.RunAsync<Reconciler>();
        await AskedAsync(job);
    }

    [Fact]
    public async Task Job_whose_connection_leads_to_another_destination_by_now_says_so_for_as_long_as_it_does()
    {
        var job = await LoadingAsync(destination.ConnectionString, mark: 0);
        await bench.ExecuteAsync($"update coordinator.sync_job set destination = 'the one before' where job_id = {job.Id}");
        await using var reconciler = await bench.RunAsync<Reconciler>();
        await AskedAsync(job);
        Assert.StartsWith(
            "The job writes to the one before, and the destination's connection leads to ", (await job.RowAsync()).WaitingFor, StringComparison.Ordinal);
        await using (var fence = new PostgresFence(destination.ConnectionString))
        {
            var here = await fence.CheckAsync(default);
            await bench.ExecuteAsync($"update coordinator.sync_job set destination = {here} where job_id = {job.Id}");
        }

        await AskedAsync(job);
        Assert.Null((await job.RowAsync()).WaitingFor);
    }

    [Fact]
    public async Task Jobs_that_cannot_be_looked_at_are_not_the_others_problem()
    {
        for (var no = 0; no < 9; no++)
        {
            var broken = await LoadingAsync(destination: null, mark: 3);
            await bench.ExecuteAsync($"update coordinator.sync_job set pipeline_version = 99 where job_id = {broken.Id}");
            await WakeAsync(broken, TimeSpan.FromMinutes(-1));
        }

        var whole = await PausedAsync();
        var asked = bench.Record.HandledAsync<ReconcileJob>(whole.Id);
        await WakeAsync(whole, TimeSpan.FromSeconds(-1));
        await using var reconciler = await bench.RunAsync<Reconciler>();
        await asked;
    }

    [Theory]
    [InlineData("AcceptJob", "itself", "a minute ago", true)]
    [InlineData("SupersedeJob", "its predecessor", "a minute ago", true)]
    [InlineData("AcceptJob", "itself", "just now", false)]
    [InlineData("JobDiscarded", "its predecessor", "a minute ago", false)]
    [InlineData("JobStarted", "itself", "a minute ago", false)]
    public async Task Birth_that_was_lost_after_it_had_been_sent_is_owed_again(string message, string of, string sent, bool isOwed)
    {
        var predecessor = await (await bench.AcceptAsync()).InAsync("Paused");
        var unborn = Guid.NewGuid();
        await bench.ExecuteAsync($"update coordinator.pipeline set current_job_id = {unborn} where pipeline_id = {predecessor.PipelineId}");
        var obligation = await OweAsync(of == "itself" ? unborn : predecessor.Id, message, unborn, sent == "just now" ? 0 : 60);
        await using var reconciler = await bench.RunAsync<Reconciler>();
        if (isOwed) await bench.EventuallyAsync(() => IsOwedAsync(obligation));
        else await TwoTicksAsync();
        Assert.Equal(isOwed, await IsOwedAsync(obligation));
    }

    [Fact]
    public async Task Birth_of_a_job_that_is_there_is_not_owed_again()
    {
        var job = await PausedAsync();
        await job.ClaimAsync();
        var obligation = await OweAsync(job.Id, "AcceptJob", job.Id, secondsAgo: 60);
        await using var reconciler = await bench.RunAsync<Reconciler>();
        await TwoTicksAsync();
        Assert.False(await IsOwedAsync(obligation));
    }

    async Task<SagaJob> PausedAsync() => await (await bench.AcceptAsync()).InAsync("Paused");

    async Task<SagaJob> LoadingAsync(string? destination, long mark)
    {
        var job = await (await bench.AcceptAsync(destination: destination)).InAsync("Processing");
        Assert.Equal(JobPhase.Loading, (await job.RowAsync()).Phase);
        await bench.ExecuteAsync($"update coordinator.sync_job set ledger_mark = {mark} where job_id = {job.Id}");
        return job;
    }

    Task WakeAsync(SagaJob job, TimeSpan after) => bench.ExecuteAsync($"update coordinator.sync_job set wake_at = now() + {after} where job_id = {job.Id}");

    async Task AskedAsync(SagaJob job)
    {
        var asked = bench.Record.HandledAsync<ReconcileJob>(job.Id);
        await WakeAsync(job, TimeSpan.FromSeconds(-1));
        await asked;
    }

    // What the reconciler does at the end of a tick is done when a job that was due after it has been asked twice.
    async Task TwoTicksAsync()
    {
        var marker = await PausedAsync();
        await AskedAsync(marker);
        await AskedAsync(marker);
    }

    async Task<Guid> OweAsync(Guid job, string message, Guid successor, int secondsAgo)
    {
        var id = Guid.NewGuid();
        var lane = message is "JobStarted" or "JobDiscarded" ? null : "headgate.coordinator.job-commands";
        var body = message == "SupersedeJob" ? $$"""{"successor": {"jobId": "{{successor}}"} }""" : "{}";
        await bench.ExecuteAsync(
            $"""
             insert into coordinator.obligation (obligation_id, job_id, message, lane, body, done_at)
             values ({id}, {job}, {message}, {lane}, {body}::jsonb, now() - {secondsAgo} * interval '1 second')
             """);
        return id;
    }

    async Task<bool> IsOwedAsync(Guid obligation) =>
        (await bench.ListAsync<bool>($"""select done_at is null as "Value" from coordinator.obligation where obligation_id = {obligation}""")).Single();
}
