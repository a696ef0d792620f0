using Headgate.Contracts.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Steps;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>Whatever stops a job that workers have in hand tells them, at the epoch that the fence is asked for.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenWorkersAreToldOfStops(SagaBench bench)
{
    [Theory]
    [InlineData("Initializing")]
    [InlineData("Processing")]
    public async Task A_pause_is_told_gently(string state)
    {
        var job = await (await bench.AcceptAsync()).InAsync(state);
        await job.PauseAsync();
        await AssertToldAsync(job, force: false);
    }

    [Theory]
    [InlineData("Initializing")]
    [InlineData("Processing")]
    [InlineData("Pausing")]
    public async Task A_force_cancel_is_told_as_one(string state)
    {
        var job = await (await bench.AcceptAsync()).InAsync(state);
        await job.CancelAsync(CancelMode.Force);
        await AssertToldAsync(job, force: true);
    }

    [Fact]
    public async Task A_cancel_that_pauses_first_is_told_gently()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.CancelAsync(pauseFirst: true);
        await AssertToldAsync(job, force: false);
    }

    [Fact]
    public async Task A_discard_is_told_as_force()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.DiscardAsync();
        await AssertToldAsync(job, force: true);
    }

    [Fact]
    public async Task An_escalation_is_told_again_as_force()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.CancelAsync();
        await AssertToldAsync(job, force: false);
        await job.CancelAsync(CancelMode.Force);
        await AssertToldAsync(job, force: true);
    }

    [Theory]
    [InlineData("Initializing", JobStep.Extract)]
    [InlineData("Processing", JobStep.Load)]
    public async Task A_failure_stops_what_other_workers_have_in_hand(string state, JobStep step)
    {
        var job = await (await bench.AcceptAsync()).InAsync(state);
        await job.BreakAsync(step, retryable: false);
        await AssertToldAsync(job, force: false);
    }

    [Fact]
    public async Task A_stop_that_is_asked_for_again_is_told_again()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Pausing");
        await job.AskAgainAsync();
        await AssertToldAsync(job, force: false);
        Assert.Equal(2, job.Published<JobStopping>().Count);
        Assert.Equal(3, job.Sent<MoveFence>().Count);
    }

    [Fact]
    public async Task What_confirms_the_stop_leaves_before_the_signal()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.PauseAsync();
        var epoch = await job.EpochAsync();
        Assert.Equal(
            [typeof(MoveFence), typeof(JobStopping)],
            bench.Record.Left
                .Where(message => message is MoveFence move && move.JobId == job.Id && move.Epoch == epoch
                    || message is JobStopping stop && stop.JobId == job.Id)
                .Select(message => message.GetType()));
    }

    [Theory]
    [InlineData("Pending")]
    [InlineData("Collecting")]
    public async Task A_stop_with_nothing_in_hand_is_told_nobody(string state)
    {
        var job = await (await bench.AcceptAsync()).InAsync(state);
        await job.PauseAsync();
        Assert.Empty(job.Published<JobStopping>());
    }

    [Fact]
    public async Task A_job_that_goes_on_is_past_the_epoch_of_its_stop()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Paused");
        await job.ResumeAsync();
        Assert.True(job.Sent<MoveFence>()[^1].Epoch > job.Published<JobStopping>()[^1].Epoch);
    }

    [Fact]
    public async Task A_worker_that_takes_up_an_epoch_that_is_over_is_told_of_the_stop_again()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.CancelAsync(CancelMode.Force);
        var (told, epoch) = (job.Published<JobStopping>().Count, await job.EpochAsync());

        await bench.HandleAsync(new JobTaken { JobId = job.Id, Epoch = epoch - 1 }, lane: SagaBench.Upkeep);
        await AssertToldAsync(job, force: true);
        Assert.Equal(told + 1, job.Published<JobStopping>().Count);

        await bench.HandleAsync(new JobTaken { JobId = job.Id, Epoch = epoch }, lane: SagaBench.Upkeep);
        Assert.Equal(told + 1, job.Published<JobStopping>().Count);
    }

    [Fact]
    public async Task A_worker_that_takes_up_a_job_whose_rate_was_set_is_told_of_it()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await bench.HandleAsync(new JobTaken { JobId = job.Id, Epoch = await job.EpochAsync() }, lane: SagaBench.Upkeep);
        Assert.Empty(job.Published<JobRateChanged>());
        await bench.ExecuteAsync($"update coordinator.sync_job set max_rows_per_second = 30, rate_no = 4 where job_id = {job.Id}");

        await bench.HandleAsync(new JobTaken { JobId = job.Id, Epoch = await job.EpochAsync() }, lane: SagaBench.Upkeep);

        var told = Assert.Single(job.Published<JobRateChanged>());
        Assert.Equal((4, 15), (told.RateNo, told.MaxRowsPerSecond));
    }

    static async Task AssertToldAsync(SagaJob job, bool force)
    {
        var told = job.Published<JobStopping>()[^1];
        Assert.Equal((await job.EpochAsync(), force), (told.Epoch, told.Force));
    }
}
