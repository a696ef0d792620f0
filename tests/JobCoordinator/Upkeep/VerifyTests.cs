using Headgate.Contracts.Extraction;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Tests.Fencing;
using Headgate.JobCoordinator.Tests.Saga;

namespace Headgate.JobCoordinator.Tests.Upkeep;

/// <summary>What was staged against what the destination's ledger has taken.</summary>
[Collection(nameof(SagaCollection))]
public sealed class VerifyTests(SagaBench bench, FencedDatabase destination) : IClassFixture<FencedDatabase>
{
    [Fact]
    public async Task Ledger_that_has_taken_every_staged_record_verifies_the_job()
    {
        var job = await CollectingAsync();
        await destination.TakenAsync(job.Id, 0, 10);
        await destination.TakenAsync(job.Id, 1, 10);
        await VerifyAsync(job);
        Assert.Single(job.Published<JobVerified>());
        Assert.Empty(job.Published<StepFailed>());
    }

    [Theory]
    [InlineData(9)]
    [InlineData(0)]
    public async Task Ledger_that_has_taken_fewer_records_fails_the_job_and_says_where(int taken)
    {
        var job = await CollectingAsync();
        await destination.TakenAsync(job.Id, 0, 10);
        if (taken > 0) await destination.TakenAsync(job.Id, 1, taken);
        await VerifyAsync(job);
        Assert.Empty(job.Published<JobVerified>());
        var problem = Assert.Single(job.Published<StepFailed>()).Problem;
        Assert.Equal(("not-accounted-for", false), (problem.Code, problem.Retryable));
        Assert.Contains($"segment 1: 10 records were staged, the ledger has taken {taken}.", problem.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Abandoned_segments_do_not_count()
    {
        var job = await (await bench.AcceptAsync(destination: destination.ConnectionString)).InAsync("Initializing");
        await job.PrepareAsync();
        await job.ExtractAsync(0);
        await bench.HandleAsync(new SnapshotLost { JobId = job.Id, Epoch = await job.EpochAsync(), ObjectNo = 0, SegmentNo = 1 });
        await job.PrepareAsync(segments: 1, first: 2);
        await job.ExtractAsync(2);
        await destination.TakenAsync(job.Id, 2, 10);
        await VerifyAsync(job);
        Assert.Single(job.Published<JobVerified>());
    }

    [Fact]
    public async Task Destination_that_is_away_is_asked_again_later()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Collecting");
        await VerifyAsync(job);
        Assert.True(Assert.Single(job.Published<StepFailed>()).Problem.Retryable);
    }

    async Task<SagaJob> CollectingAsync() => await (await bench.AcceptAsync(destination: destination.ConnectionString)).InAsync("Collecting");

    async Task VerifyAsync(SagaJob job) =>
        await bench.HandleAsync(new VerifyJob { JobId = job.Id, Epoch = await job.EpochAsync() }, lane: SagaBench.Upkeep);
}
