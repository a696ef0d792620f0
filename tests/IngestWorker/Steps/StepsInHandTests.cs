using Headgate.Contracts.Jobs;
using Headgate.Contracts.Steps;
using Headgate.IngestWorker.Steps;

namespace Headgate.IngestWorker.Tests.Steps;

public sealed class StepsInHandTests
{
    readonly StepsInHand _steps = new();
    readonly Guid _job = Guid.NewGuid();

    [Theory]
    [InlineData(JobStep.Prepare, true)]
    [InlineData(JobStep.Extract, true)]
    [InlineData(JobStep.ApplySchema, false)]
    [InlineData(JobStep.Load, false)]
    public async Task A_gentle_stop_ends_at_once_only_what_reads(JobStep step, bool isAborted)
    {
        using var hand = Take(step, epoch: 1)!;
        await StopAsync(_job, epoch: 2);
        Assert.Equal((true, isAborted), (hand.Stopping.IsCancellationRequested, hand.Aborting.IsCancellationRequested));
        await StopAsync(_job, epoch: 3, force: true);
        Assert.True(hand.Aborting.IsCancellationRequested);
    }

    [Fact]
    public async Task A_step_of_the_same_epoch_or_of_another_job_is_not_meant()
    {
        using var hand = Take(JobStep.Extract, epoch: 2)!;
        await StopAsync(_job, epoch: 2);
        await StopAsync(Guid.NewGuid(), epoch: 9);
        Assert.False(hand.Stopping.IsCancellationRequested);
    }

    [Fact]
    public async Task Signals_that_overtake_each_other_leave_the_later_stop()
    {
        await StopAsync(_job, epoch: 5);
        await StopAsync(_job, epoch: 3);
        Assert.Null(Take(JobStep.Load, epoch: 4));
        using var later = Take(JobStep.Load, epoch: 5);
        Assert.NotNull(later);
    }

    [Fact]
    public void What_is_over_is_not_kept()
    {
        Take(JobStep.Load, epoch: 1)!.Dispose();
        Assert.Equal(0, _steps.Count);
    }

    [Fact]
    public async Task Stops_of_so_many_jobs_are_remembered_and_the_oldest_is_forgotten()
    {
        await StopAsync(_job, epoch: 2);
        for (var other = 1; other < StepsInHand.Remembered; other++) await StopAsync(Guid.NewGuid(), epoch: 2);
        Assert.Null(Take(JobStep.Extract, epoch: 1));
        await StopAsync(Guid.NewGuid(), epoch: 2);
        using var forgotten = Take(JobStep.Extract, epoch: 1);
        Assert.NotNull(forgotten);
        Assert.Equal(StepsInHand.Remembered, _steps.Stops);
    }

    StepInHand? Take(JobStep step, int epoch) => _steps.Take(new StepAddress(_job, epoch, step, "lane"));

    Task StopAsync(Guid job, int epoch, bool force = false) => _steps.StopAsync(new JobStopping { JobId = job, Epoch = epoch, Force = force });
}
