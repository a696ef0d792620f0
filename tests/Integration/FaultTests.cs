using Headgate.Contracts.Jobs;

namespace Headgate.Integration.Tests;

/// <summary>Each thing broken once in mid-run: the job completes by itself, destination, ledger and change log are exact.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    Installation _headgate = null!;

    public async Task InitializeAsync()
    {
        _headgate = await Installation.StartAsync();
        await _headgate.Source.ExecuteAsync(
            "create table big (id int primary key, v text); insert into big select n, md5(n::text) || repeat('x', 400) from generate_series(1, 150000) n");
        await _headgate.Destination.ExecuteAsync("create table big (id int primary key, v text)");
        await _headgate.ApplyAsync(Pipelines.Of("big", Pipelines.Object("big"), "  load: { parallelism: 2 }"));
    }

    public async Task DisposeAsync() => await _headgate.DisposeAsync();

    [Fact]
    public async Task Worker_killed_in_a_batch_and_another_takes_over()
    {
        var job = await BreakInMidRunAsync(async () =>
        {
            await _headgate.Worker.KillAsync();
            await _headgate.StartWorkerAsync();
        });
        await ExactAsync(job);
    }

    [Fact]
    public async Task Coordinator_killed_while_batches_are_in_hand()
    {
        var job = await BreakInMidRunAsync(() => _headgate.Coordinator.KillAsync(), _headgate.StartCoordinatorAsync);
        await ExactAsync(job);
    }

    [Fact]
    public async Task Every_queue_emptied_with_all_work_in_it()
    {
        var job = await BreakInMidRunAsync(async () =>
        {
            await _headgate.Worker.KillAsync();
            await _headgate.Coordinator.KillAsync();
            await _headgate.EmptyQueuesAsync();
            await _headgate.StartWorkerAsync();
            await _headgate.StartCoordinatorAsync();
        });
        await ExactAsync(job);
    }

    [Fact]
    public async Task Staged_segments_lost_are_read_again()
    {
        var job = await BreakInMidRunAsync(() =>
        {
            foreach (var segment in StagedFiles()) File.Delete(segment);
            return Task.CompletedTask;
        });
        await _headgate.CompleteAsync(job);
        await _headgate.EqualAsync("big");
        await _headgate.InsertsLoggedAsync(job, "big");
        Assert.NotEqual(0, await _headgate.State.ScalarAsync<long>($"select count(*) from coordinator.job_segment where job_id = '{job}' and state = 'Abandoned'"));
    }

    [Fact]
    public async Task Broker_connections_cut_while_batches_are_in_hand()
    {
        var job = await BreakInMidRunAsync(() => _headgate.Broker.CloseConnectionsAsync());
        await ExactAsync(job);
    }

    [Fact]
    public async Task Release_lost_in_the_broker_is_sent_again_until_nothing_is_left_staged()
    {
        var job = await BreakInMidRunAsync(async () => await _headgate.TellAsync(new PauseJob { JobId = await CurrentAsync(), Actor = "test" }));
        await _headgate.StateAsync(job, "Paused");
        Assert.NotEmpty(StagedFiles());
        await _headgate.Worker.KillAsync();
        await _headgate.TellAsync(new DiscardJob { JobId = job, Actor = "test" });
        await Installation.EventuallyAsync(
            async () => await _headgate.State.ScalarAsync<long>("select count(*) from coordinator.obligation where done_at is null") == 0,
            () => Task.FromResult("the release was not sent"));
        await _headgate.EmptyQueuesAsync();

        await _headgate.StartWorkerAsync();

        await Installation.EventuallyAsync(() => Task.FromResult(!StagedFiles().Any()), () => Task.FromResult("staged files are left"));
        await Installation.EventuallyAsync(
            async () => await _headgate.State.ScalarAsync<long>(
                "select count(*) from coordinator.obligation where message like '%.ReleaseJob' and answered_at is null") == 0,
            () => Task.FromResult("a release was not answered"));
    }

    Task<Guid> CurrentAsync() => _headgate.State.ScalarAsync<Guid>("select current_job_id from coordinator.pipeline");

    IEnumerable<string> StagedFiles() => Directory.EnumerateFiles(_headgate.Staging, "*.seg", SearchOption.AllDirectories);

    /// <summary>Runs the job until batches are held up in the middle of their transactions, breaks something, and lets go.</summary>
    async Task<Guid> BreakInMidRunAsync(Func<Task> breakIt, Func<Task>? afterwards = null)
    {
        Guid job;
        await using (await _headgate.BlockAsync("big"))
        {
            job = await _headgate.RunAsync("test/big");
            await _headgate.WorkerBlockedAsync();
            await breakIt();
        }

        if (afterwards is not null) await afterwards();
        return job;
    }

    async Task ExactAsync(Guid job)
    {
        await _headgate.CompleteAsync(job);
        await _headgate.EqualAsync("big");
        await _headgate.LedgerExactAsync(job);
        await _headgate.InsertsLoggedAsync(job, "big");
    }
}
