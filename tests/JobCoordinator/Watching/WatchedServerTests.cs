using Grpc.Core;
using Headgate.JobCoordinator.Tests.Reading;
using Headgate.JobCoordinator.Watching;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Watching;

/// <summary>What the streams cost, and how they end and stay alive.</summary>
public sealed class WatchedServerTests : IAsyncLifetime
{
    readonly ManualTime _time = new(TimeSpan.FromSeconds(5));
    ReadingBench _bench = null!;

    public async Task InitializeAsync() => _bench = await ReadingBench.StartAsync(_time);

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task Nothing_is_silent_for_longer_than_a_heartbeat()
    {
        var job = await _bench.NewProject().JobAsync("Processing");
        using var one = _bench.Jobs.WatchJob(new WatchJobRequest { Job = new JobReference { Id = job.ToString() } });
        var shown = await one.NextAsync();
        for (var beat = 0; beat < 2; beat++)
        {
            await _time.PassAsync(JobWatches.Heartbeat);
            var heartbeat = await one.NextAsync();
            Assert.Null(heartbeat.Job);
            Assert.NotEmpty(heartbeat.ResumeToken);
            Assert.True(heartbeat.At >= shown.At);
        }
    }

    [Fact]
    public async Task List_that_does_not_change_has_a_heartbeat_to_go_on_from()
    {
        var project = _bench.NewProject();
        var job = await project.JobAsync("Processing");
        var request = new WatchJobsRequest { Filter = project.Filter };
        using var watch = _bench.Jobs.WatchJobs(request);
        await watch.NextAsync();
        await _time.PassAsync(JobWatches.Heartbeat);
        var heartbeat = await watch.NextAsync();
        Assert.Equal((0, 0, false, true), (heartbeat.Jobs.Count, heartbeat.RemovedIds.Count, heartbeat.Reset, heartbeat.CaughtUp));

        await project.SetAsync(job, "written = 1");
        using var resumed = _bench.Jobs.WatchJobs(new WatchJobsRequest(request) { ResumeToken = heartbeat.ResumeToken });
        Assert.Equal(1, (await resumed.NextAsync()).Jobs.Single().Counts.Written);
    }

    [Fact]
    public async Task Stopping_server_ends_streams_as_unavailable()
    {
        var project = _bench.NewProject();
        var job = await project.JobAsync("Processing");
        using var one = _bench.Jobs.WatchJob(new WatchJobRequest { Job = new JobReference { Id = job.ToString() } });
        using var list = _bench.Jobs.WatchJobs(new WatchJobsRequest { Filter = project.Filter });
        await one.NextAsync();
        await list.NextAsync();

        _bench.BeginToStop();

        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(one.NextAsync)).StatusCode);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(list.NextAsync)).StatusCode);
    }

    [Fact]
    public async Task Five_hundred_streams_have_one_reader()
    {
        const int watchers = 500;
        var project = _bench.NewProject();
        var job = await project.JobAsync("Processing");
        var streams = Enumerable.Range(0, watchers).Select(n => _bench.Jobs.WatchJobs(new WatchJobsRequest { Filter = project.Filter })).ToList();
        await Task.WhenAll(streams.Select(stream => stream.NextAsync()));
        using var count = new QueryCount(_bench.Database);

        var since = TimeProvider.System.GetTimestamp();
        for (var written = 1; written <= 5; written++)
        {
            await project.SetAsync(job, $"written = {written}");
            var shown = await Task.WhenAll(streams.Select(stream => stream.NextAsync()));
            Assert.All(shown, response => Assert.Equal(written, response.Jobs.Single().Counts.Written));
        }

        // Each look is one query, and so is each of the test's own.
        var looks = TimeProvider.System.GetElapsedTime(since) / JobFeed.Pace;
        Assert.InRange(count.Queries, 10, looks + 7);
        foreach (var stream in streams) stream.Dispose();
    }

    [Fact]
    public async Task Nobody_looks_when_nobody_watches()
    {
        var project = _bench.NewProject();
        var job = await project.JobAsync("Processing");
        using (var watch = _bench.Jobs.WatchJobs(new WatchJobsRequest { Filter = project.Filter })) await watch.NextAsync();

        for (var (count, begun) = (1, new QueryCount(_bench.Database)); count > 0; begun = new QueryCount(_bench.Database))
        {
            await Task.Delay(JobFeed.Pace * 3);
            count = begun.Queries;
            begun.Dispose();
        }

        using var again = _bench.Jobs.WatchJobs(new WatchJobsRequest { Filter = project.Filter });
        await again.NextAsync();
        await project.SetAsync(job, "written = 1");
        Assert.Equal(1, (await again.NextAsync()).Jobs.Single().Counts.Written);
    }
}
