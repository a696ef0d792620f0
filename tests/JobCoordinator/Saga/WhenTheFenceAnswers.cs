using Headgate.Contracts.Fencing;
using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>Which moves of the fence a job takes for its own.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenTheFenceAnswers(SagaBench bench)
{
    [Fact]
    public async Task Launch_and_end_each_ask_for_an_epoch_of_their_own()
    {
        var job = await ClosingAsync();
        var (opened, closed) = (job.Sent<MoveFence>()[^2], job.Sent<MoveFence>()[^1]);
        Assert.Equal((1, 2), (opened.Epoch, closed.Epoch));
        Assert.Null(closed.Writer);
    }

    [Fact]
    public async Task A_launch_is_confirmed_by_an_opened_fence_only()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync(segments: 1);
        await job.ExtractAsync(0);
        await job.FenceAsync(open: false, written: 0);
        Assert.Equal(JobPhase.Launching, (await job.RowAsync()).Phase);
    }

    [Fact]
    public async Task A_launch_that_is_confirmed_twice_does_not_shape_the_destination_again()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.OpenFenceAsync();
        Assert.Equal(JobPhase.Loading, (await job.RowAsync()).Phase);
    }

    [Fact]
    public async Task An_end_is_confirmed_by_the_closed_fence_of_its_own_epoch_only()
    {
        var job = await ClosingAsync();
        await job.FenceAsync(open: false, written: 20, epoch: await job.EpochAsync() - 1);
        await job.FenceAsync(open: true, written: 20);
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
        await job.FenceAsync(open: false, written: 20);
        Assert.Equal("Collecting", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task A_closed_fence_ends_nothing_while_there_is_something_to_write()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.FenceAsync(open: false, written: 20);
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task A_stop_is_not_confirmed_by_an_opened_fence()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Pausing");
        await job.FenceAsync(open: true, written: 0);
        Assert.Equal("Pausing", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task Its_counts_are_the_truth_at_the_end_whatever_was_reported()
    {
        var job = await ClosingAsync();
        await job.FenceAsync(open: false, written: 19);
        Assert.Equal(19, (await job.RowAsync()).Written);
    }

    [Fact]
    public async Task A_fence_that_waits_is_asked_again_in_seconds_and_what_it_waited_for_is_forgotten_once_it_has_moved()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync(segments: 1);
        await job.ExtractAsync(0);
        await job.DelayFenceAsync("Backend 7 holds the lock.");
        var row = await job.RowAsync();
        Assert.Equal("Backend 7 holds the lock.", row.WaitingFor);
        Assert.True(await job.WakesInAsync() < TimeSpan.FromSeconds(10));
        await job.OpenFenceAsync();
        Assert.Null((await job.RowAsync()).WaitingFor);
    }

    [Fact]
    public async Task A_new_attempt_keeps_the_request_id_and_the_time_of_its_launch()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Paused");
        var before = await job.RowAsync();
        await job.RestartAsync();
        await job.LaunchAsync();
        var after = await job.RowAsync();
        Assert.Equal((before.RequestId, before.LaunchedAt), (after.RequestId, after.LaunchedAt));
    }

    [Fact]
    public async Task Force_is_asked_for_stops_only_and_a_launch_after_a_forced_one_is_none()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.PauseAsync();
        Assert.True(job.Sent<MoveFence>()[^1] is { Force: false, EverLaunched: true });
        await bench.ExecuteAsync($"update coordinator.sync_job set state = 'Processing', phase = 'Launching', mode = 'Force' where job_id = {job.Id}");
        await job.AskAgainAsync();
        Assert.True(job.Sent<MoveFence>()[^1] is { Open: true, Force: false });
    }

    async Task<SagaJob> ClosingAsync()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.LoadAsync(0);
        await job.LoadAsync(1);
        Assert.Equal(JobPhase.Closing, (await job.RowAsync()).Phase);
        return job;
    }
}
