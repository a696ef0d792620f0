using Headgate.Contracts.Extraction;
using Headgate.Contracts.Jobs;
using Headgate.IngestWorker.Steps;
using MassTransit;
using Microsoft.Extensions.Hosting;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>A stop that comes in the middle of a refresh of the schemas.</summary>
public sealed class CriticalRefreshTests : WorkerTest
{
    readonly TaskCompletionSource _isRefreshing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _refreshes;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Worker.Destination.OnPlan = ends =>
        {
            Interlocked.Increment(ref _refreshes);
            _isRefreshing.TrySetResult();
            return _goOn.Task.WaitAsync(TimeSpan.FromSeconds(20), ends);
        };
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Refresh_runs_to_its_end_and_what_comes_after_it_never_starts(bool force)
    {
        var job = Job("a", "b");
        await StopInRefreshAsync(job, force);
        Assert.Equal(1, Worker.Get<StepsInHand>().Count);
        _goOn.SetResult();
        await NothingInHandAsync();

        Assert.Empty(Worker.Trail.All);
        Assert.Equal(0, await State.ScalarAsync<long>("select (select count(*) from ingest.snapshot) + (select count(*) from ingest.segment)"));
        Assert.Equal(1, await State.ScalarAsync<long>("select count(*) from ingest.refreshed_schema"));
    }

    [Fact]
    public async Task Job_that_goes_on_at_once_takes_the_refresh_over_and_only_once()
    {
        var job = Job("a", "b");
        await StopInRefreshAsync(job, force: false);
        _goOn.SetResult();
        await NothingInHandAsync();

        var prepared = await Worker.AskAsync<JobPrepared>((job with { Epoch = 3 }).PrepareAll());

        Assert.Equal((1, 2, "writer"), (_refreshes, prepared.Objects.Count, prepared.DestinationRole));
        Assert.Equal(0, await State.ScalarAsync<long>("select count(*) from ingest.refreshed_schema"));
        await Worker.AskAsync<JobPrepared>((job with { Epoch = 3, Attempt = 2 }).PrepareAll());
        Assert.Equal(2, _refreshes);
    }

    [Theory]
    [InlineData("a minute ago")]
    [InlineData("of other objects")]
    public async Task Refresh_that_may_not_fit_any_more_is_made_anew(string why)
    {
        var job = Job("a", "b");
        await StopInRefreshAsync(job, force: false);
        _goOn.SetResult();
        await NothingInHandAsync();
        if (why == "a minute ago") await State.ExecuteAsync("update ingest.refreshed_schema set refreshed_at = now() - interval '61 s'");

        var later = job with { Epoch = 3 };
        await Worker.AskAsync<JobPrepared>(why == "a minute ago" ? later.PrepareAll() : later.Prepare((1, null, 0)));

        Assert.Equal(2, _refreshes);
    }

    [Fact]
    public async Task Worker_that_ends_does_not_wait_for_a_refresh()
    {
        await Worker.SendAsync(Job("a").PrepareAll());
        await _isRefreshing.Task;

        var lifetime = Worker.Get<IHostApplicationLifetime>();
        lifetime.StopApplication();

        await NothingInHandAsync();
        Assert.Empty(Worker.Trail.All);
    }

    async Task StopInRefreshAsync(JobUnderTest job, bool force)
    {
        await Worker.SendAsync(job.PrepareAll());
        await _isRefreshing.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await Worker.Get<IBus>().Publish(new JobStopping { JobId = job.JobId, Epoch = 2, Force = force });
        await EventuallyAsync(() => Task.FromResult(Worker.Ear.Heard > 0));
    }

    Task NothingInHandAsync() => EventuallyAsync(() => Task.FromResult(Worker.Get<StepsInHand>().Count == 0));
}
