using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;

namespace Headgate.JobCoordinator.Tests.UnderLoad;

/// <summary>Many jobs that report at the same time.</summary>
public sealed class ProgressTests
{
    const int Jobs = 50;

    [Fact]
    public async Task Two_thousand_events_of_fifty_jobs_are_counted_each_once()
    {
        const int Segments = 40;
        await using var loaded = await LoadedCoordinator.StartAsync(Jobs, Segments, "Loading");

        // Each event is the only one of its segment, so that a lost one is seen; each tells of the segment before besides.
        await loaded.PublishAsync(Enumerable.Range(0, Segments).SelectMany(segment => loaded.Jobs.Select(job => Progress(job, segment))));
        await loaded.HandledAsync(Jobs * Segments);

        Assert.Empty(loaded.Faults);
        Assert.Equal(0, await loaded.MisplacedAsync());
        Assert.Equal(0, await loaded.Database.ScalarAsync<long>("select count(*) from coordinator.job_segment where written <> segment_no + 1"));
        Assert.Equal(Jobs, await loaded.Database.ScalarAsync<long>(
            $"select count(*) from coordinator.sync_job where state = 'Processing' and written = {Segments * (Segments + 1) / 2}"));
    }

    [Fact]
    public async Task Command_is_answered_while_ten_thousand_events_wait()
    {
        const int Waiting = 10_000;
        await using var loaded = await LoadedCoordinator.StartAsync(Jobs, segments: 2, "Loading");
        await loaded.StopCoordinatorAsync();
        await loaded.PublishAsync(Enumerable.Range(0, Waiting).Select(no => Progress(loaded.Jobs[no % Jobs], 1)));
        await loaded.StartCoordinatorAsync();

        var answer = await loaded.PauseAsync(loaded.Jobs[0]);
        var handled = loaded.Handled;

        Assert.Equal((CommandOutcome.Accepted, "Pausing"), (answer.Outcome, answer.State));
        Assert.Equal("Pausing", await loaded.Database.ScalarAsync<string>($"select state from coordinator.sync_job where job_id = '{loaded.Jobs[0]}'"));
        Assert.True(handled < Waiting, "The backlog was gone before the command was answered.");
    }

    static JobProgressed Progress(Guid job, int segment) => new()
    {
        JobId = job,
        Epoch = 1,
        Segments = [.. new[] { segment - 1, segment }.Where(no => no >= 0).Select(no => new SegmentProgress { ObjectNo = 0, SegmentNo = no, Written = no + 1 })],
    };
}
