using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using MassTransit;

namespace Headgate.JobCoordinator.Tests.UnderLoad;

/// <summary>Many jobs that report at the same time.</summary>
public sealed class ProgressTests
{
    const int Jobs = 50;
    const int Segments = 40;
    const int Events = Jobs * Segments;
    const long Written = Jobs * Segments * (Segments + 1) / 2;

    [Fact]
    public async Task Two_thousand_events_of_fifty_jobs_are_counted_each_once()
    {
        await using var loaded = await LoadedCoordinator.StartAsync(Jobs, Segments, "Loading");

        await loaded.PublishAsync(Each(loaded));
        await loaded.WrittenAsync(Written);

        await AssertCountedAsync(loaded);
    }

    [Fact]
    public async Task Events_that_wait_are_told_to_each_saga_together()
    {
        await using var loaded = await LoadedCoordinator.StartAsync(Jobs, Segments, "Loading");
        await loaded.StopCoordinatorAsync();
        await loaded.PublishAsync(Each(loaded));
        await loaded.StartCoordinatorAsync();

        await loaded.WrittenAsync(Written);

        await AssertCountedAsync(loaded);
        Assert.Equal(0, loaded.Redelivered);
        // 20 of each job fit into one message; less comes only of batches that did not fill in time.
        Assert.InRange(loaded.Told, Jobs * 2, Events / 4);
    }

    [Fact]
    public async Task A_batch_that_was_cut_off_before_it_was_told_is_delivered_again()
    {
        var telling = new Telling();
        await using var loaded = await LoadedCoordinator.StartAsync(Jobs, Segments, "Loading", bus => bus.AddSendObserver(_ => telling));
        await loaded.StopCoordinatorAsync();
        await loaded.PublishAsync(Each(loaded));
        var cuts = 0;
        telling.Before = () => Interlocked.Increment(ref cuts) == 1 ? loaded.CutAsync() : Task.CompletedTask;
        await loaded.StartCoordinatorAsync();

        await loaded.WrittenAsync(Written);

        await AssertCountedAsync(loaded);
        Assert.True(loaded.Redelivered > 0, "The connection was not cut in the middle of a batch.");
    }

    [Fact]
    public async Task Command_is_answered_while_ten_thousand_events_wait()
    {
        const int Waiting = 10_000;
        var (telling, goOn) = (new Telling(), new TaskCompletionSource());
        await using var loaded = await LoadedCoordinator.StartAsync(Jobs, segments: 2, "Loading", bus => bus.AddSendObserver(_ => telling));
        telling.Before = () => goOn.Task;
        await loaded.PublishAsync(Enumerable.Range(0, Waiting).Select(no => Progress(loaded.Jobs[no % Jobs], 1)));

        var answer = await loaded.PauseAsync(loaded.Jobs[0]);

        Assert.Equal((CommandOutcome.Accepted, "Pausing"), (answer.Outcome, answer.State));
        Assert.Equal("Pausing", await loaded.Database.ScalarAsync<string>($"select state from coordinator.sync_job where job_id = '{loaded.Jobs[0]}'"));
        Assert.Equal(0, loaded.Handled);
        goOn.SetResult();
    }

    // Each event is the only one of its segment, so that a lost one is seen; each tells of the segment before besides.
    static IEnumerable<JobProgressed> Each(LoadedCoordinator loaded) =>
        Enumerable.Range(0, Segments).SelectMany(segment => loaded.Jobs.Select(job => Progress(job, segment)));

    static JobProgressed Progress(Guid job, int segment) => new()
    {
        JobId = job,
        Epoch = 1,
        Segments = [.. new[] { segment - 1, segment }.Where(no => no >= 0).Select(no => new SegmentProgress { ObjectNo = 0, SegmentNo = no, Written = no + 1 })],
    };

    static async Task AssertCountedAsync(LoadedCoordinator loaded)
    {
        Assert.Empty(loaded.Faults);
        Assert.Equal(0, await loaded.MisplacedAsync());
        Assert.Equal(0, await loaded.Database.ScalarAsync<long>("select count(*) from coordinator.job_segment where written <> segment_no + 1"));
        Assert.Equal(Jobs, await loaded.Database.ScalarAsync<long>(
            $"select count(*) from coordinator.sync_job where state = 'Processing' and written = {Written / Jobs}"));
    }

    /// <summary>Does something before a saga is told.</summary>
    sealed class Telling : ISendObserver
    {
        public Func<Task> Before { get; set; } = () => Task.CompletedTask;

        Task ISendObserver.PreSend<T>(SendContext<T> context) => context.Message is JobProgressed ? Before() : Task.CompletedTask;

        Task ISendObserver.PostSend<T>(SendContext<T> context) => Task.CompletedTask;

        Task ISendObserver.SendFault<T>(SendContext<T> context, Exception exception) => Task.CompletedTask;
    }
}
