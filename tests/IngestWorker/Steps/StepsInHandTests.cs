using Headgate.Contracts.Jobs;
using Headgate.Contracts.Steps;
using Headgate.IngestWorker.Steps;
using Headgate.IngestWorker.Tests.Doubles;

namespace Headgate.IngestWorker.Tests.Steps;

public sealed class StepsInHandTests
{
    readonly JumpingTime _time = new();
    readonly StepsInHand _steps;
    readonly Guid _job = Guid.NewGuid();

    public StepsInHandTests() => _steps = new StepsInHand(_time);

    [Theory]
    [InlineData(JobStep.Prepare, true)]
    [InlineData(JobStep.Extract, true)]
    [InlineData(JobStep.ApplySchema, true)]
    [InlineData(JobStep.Load, false)]
    public async Task A_gentle_stop_ends_at_once_all_but_a_batch(JobStep step, bool isAborted)
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

    /// <summary>A state database that was restored to an earlier point counts its epochs anew.</summary>
    [Fact]
    public async Task A_stop_is_forgotten_after_a_while()
    {
        await StopAsync(_job, epoch: 5);
        _time.Advance(StepsInHand.RememberedFor);
        Assert.Null(Take(JobStep.Extract, epoch: 2));
        _time.Advance(TimeSpan.FromSeconds(1));
        using (var restored = Take(JobStep.Extract, epoch: 2)) Assert.NotNull(restored);
        await StopAsync(_job, epoch: 3);
        using var next = Take(JobStep.Extract, epoch: 3);
        Assert.NotNull(next);
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
