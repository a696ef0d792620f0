using Headgate.Contracts.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

[Collection(nameof(SagaCollection))]
public sealed class WhenPending(SagaBench bench)
{
    [Fact]
    public async Task It_asks_for_its_turn()
    {
        var job = await bench.AcceptAsync();
        Assert.Single(job.Sent<GrantTurn>());
    }

    [Fact]
    public async Task A_second_acceptance_makes_no_second_job()
    {
        var job = await bench.AcceptAsync();
        await job.AcceptAsync();
        Assert.Equal("Pending", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task Its_turn_prepares_all_objects_and_announces_the_start()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        var prepare = Assert.Single(job.Sent<Contracts.Extraction.PrepareJob>());
        Assert.Equal([0], prepare.Objects.Select(entry => entry.ObjectNo));
        Assert.Equal(["JobStarted"], await job.OwedAsync());
    }

    [Fact]
    public async Task A_cancel_is_an_extraction_cancel_confirmed_at_once()
    {
        var job = await bench.AcceptAsync();
        await job.CancelAsync();
        Assert.Equal(["ExtractionCanceled", "ReleaseJob"], await job.OwedAsync());
        Assert.NotNull((await job.RowAsync()).StopConfirmedAt);
    }

    [Fact]
    public async Task A_pause_is_resumed_to_pending()
    {
        var job = await bench.AcceptAsync();
        await job.PauseAsync();
        var answer = await job.ResumeAsync();
        Assert.Equal("Pending", answer.State);
    }
}
