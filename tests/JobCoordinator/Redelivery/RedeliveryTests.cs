using Headgate.Contracts.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Tests.Saga;

namespace Headgate.JobCoordinator.Tests.Redelivery;

/// <summary>A message whose handling was committed, while what followed from it could not leave, comes again.</summary>
[Collection(nameof(SagaCollection))]
public sealed class RedeliveryTests(SagaBench bench)
{
    [Fact]
    public async Task What_followed_from_a_report_leaves_when_the_report_comes_again()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.LoadAsync(0);
        bench.Record.RefuseNext<MoveFence>(job.Id);
        var askedAgain = bench.Record.HandledAsync<ReconcileJob>(job.Id);
        // The second time it is a duplicate that the saga ignores: it is of an epoch that is over.
        await job.LoadAsync(1);
        await askedAgain;
        Assert.True(job.Sent<MoveFence>()[^1] is { Open: false } move && move.Epoch == await job.EpochAsync());
    }

    [Fact]
    public async Task What_followed_from_a_command_leaves_when_the_command_comes_again_and_it_is_answered()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        bench.Record.RefuseNext<MoveFence>(job.Id);
        var askedAgain = bench.Record.HandledAsync<ReconcileJob>(job.Id);
        var answer = await job.PauseAsync();
        await askedAgain;
        Assert.Equal((CommandOutcome.Accepted, "Pausing"), (answer.Outcome, answer.State));
        Assert.False(job.Sent<MoveFence>()[^1].Open);
    }

    [Fact]
    public async Task Message_that_comes_once_asks_for_nothing_again()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Completed");
        Assert.Empty(job.Sent<ReconcileJob>());
    }

    [Fact]
    public async Task Job_that_is_asked_again_sends_what_its_phase_waits_for_and_the_segments_in_hand()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await AskAgainAsync(job);
        Assert.Equal(2, job.Sent<Contracts.Extraction.PrepareJob>().Count);
        await job.PrepareAsync(segments: 3);
        await AskAgainAsync(job);
        Assert.Equal([0, 0, 1, 1], job.Sent<Contracts.Extraction.ExtractSegment>().Select(sent => sent.SegmentNo).Order());
        for (var segment = 0; segment < 3; segment++) await job.ExtractAsync(segment);
        await AskAgainAsync(job);
        Assert.Equal(2, job.Sent<MoveFence>().Count);
        await job.OpenFenceAsync();
        await AskAgainAsync(job);
        Assert.Equal(2, job.Sent<ApplySchemaChanges>().Count);
        await job.ShapeAsync();
        await AskAgainAsync(job);
        Assert.Equal([0, 0, 1, 1], job.Sent<LoadSegment>().Select(sent => sent.SegmentNo).Order());
        for (var segment = 0; segment < 3; segment++) await job.LoadAsync(segment);
        await job.FenceAsync(open: false, written: 30);
        await AskAgainAsync(job);
        Assert.Equal(2, job.Sent<VerifyJob>().Count);
    }

    [Fact]
    public async Task Pending_job_that_is_asked_again_asks_for_its_turn_and_a_stopping_one_for_its_fence()
    {
        var job = await bench.AcceptAsync();
        await AskAgainAsync(job);
        Assert.Equal(2, job.Sent<GrantTurn>().Count);
        await job.InAsync("Pausing");
        await AskAgainAsync(job);
        Assert.Equal(2, job.Sent<MoveFence>().Count(move => !move.Open));
    }

    Task AskAgainAsync(SagaJob job) => bench.HandleAsync(new ReconcileJob { JobId = job.Id });
}
