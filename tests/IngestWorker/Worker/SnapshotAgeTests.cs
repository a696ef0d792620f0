using Headgate.Contracts.Extraction;
using Headgate.IngestWorker.Snapshots;

namespace Headgate.IngestWorker.Tests.Worker;

public sealed class SnapshotAgeTests : WorkerTest
{
    internal override (string Name, string Value)[] Options => [("HEADGATE_WORKER_SNAPSHOT_MAX_AGE", "00:00:00.0000001")];

    [Fact]
    public async Task A_snapshot_that_is_too_old_is_given_up()
    {
        var job = Job("a");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());

        await Worker.Get<SnapshotKeeper>().RenewAllAsync(default);

        Assert.Equal(0, Worker.Get<SnapshotKeeper>().Count);
        await Worker.AskAsync<SnapshotLost>(job.Extract(0, 0));
    }
}
