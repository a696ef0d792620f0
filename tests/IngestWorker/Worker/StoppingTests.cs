using Headgate.Contracts.Extraction;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;
using Headgate.IngestWorker.Snapshots;
using Microsoft.Extensions.Hosting;

namespace Headgate.IngestWorker.Tests.Worker;

public sealed class StoppingTests : WorkerTest
{
    [Fact]
    public async Task A_worker_that_stops_hands_its_message_back_and_fails_nothing()
    {
        var job = Job("a");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        var staged = await Worker.AskAsync<SegmentExtracted>(job.Extract(0, 0));
        var stopping = Worker.Get<IHostApplicationLifetime>().ApplicationStopping;
        var isWriting = new TaskCompletionSource();
        Worker.Destination.OnWrite = _ => { isWriting.TrySetResult(); stopping.WaitHandle.WaitOne(); };

        await Worker.SendAsync(job.Load(staged));
        await isWriting.Task;
        await Worker.StopAsync();

        Assert.Empty(Worker.Trail.All.OfType<StepFailed>());
        Assert.Empty(Worker.Trail.All.OfType<SegmentLoaded>());
        Assert.Empty(Worker.Destination.Ledgers[(job.JobId, 0, 0)].Batches);
    }

    [Fact]
    public async Task A_worker_that_stops_closes_its_snapshots_and_says_so()
    {
        await Worker.AskAsync<JobPrepared>(Job("a").PrepareAll());
        await Worker.StopAsync();

        Assert.Equal(0, Worker.Get<SnapshotKeeper>().Count);
        await AssertSnapshotSessionsAsync(0);
        Assert.NotNull(await State.ScalarAsync<DateTime?>("select released_at from ingest.snapshot"));
    }
}
