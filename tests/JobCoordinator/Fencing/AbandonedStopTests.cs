using Headgate.Contracts.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Fencing;
using Headgate.JobCoordinator.Tests.Saga;

namespace Headgate.JobCoordinator.Tests.Fencing;

/// <summary>What an abandoned stop keeps from its destination, and until when.</summary>
[Collection(nameof(SagaCollection))]
public sealed class AbandonedStopTests(SagaBench bench, FencedDatabase destination) : IClassFixture<FencedDatabase>
{
    [Fact]
    public async Task No_run_writes_to_the_destination_of_an_abandoned_stop_until_its_fence_could_be_moved()
    {
        var abandoned = await AbandonAsync();
        var other = await bench.LaunchingAsync(destination.ConnectionString);
        var elsewhere = await bench.ApplyAsync();

        var refused = await StartAsync(abandoned);
        await bench.MoveAsync(other, open: true);

        Assert.Equal((RunOutcome.Refused, RunRule.StopUnconfirmed, abandoned.Id), (refused.Outcome, refused.Rule, refused.JobId));
        Assert.Equal(RunOutcome.Started, (await StartAsync(elsewhere)).Outcome);
        Assert.Contains($"The stop of job {abandoned.Id}", Assert.Single(other.Published<FenceDelayed>()).Waiting, StringComparison.Ordinal);
        Assert.Empty(other.Published<FenceMoved>());
        Assert.Null(await destination.FenceAsync(other.PipelineId));

        await ConfirmAsync(abandoned);
        await bench.MoveAsync(other, open: true);
        Assert.Single(other.Published<FenceMoved>());
        Assert.Equal(RunOutcome.Started, (await StartAsync(abandoned)).Outcome);
    }

    [Fact]
    public async Task Fence_of_an_abandoned_stop_is_asked_for_again_and_again_by_whoever_comes_up()
    {
        var abandoned = await AbandonAsync();
        await using (await bench.RunAsync<AbandonedStops>())
            await AskedAsync(times: 1);
        await bench.ExecuteAsync($"update coordinator.sync_job set wake_at = now() - interval '1 second' where job_id = {abandoned.Id}");
        await using (await bench.RunAsync<AbandonedStops>())
            await AskedAsync(times: 2);

        var row = await abandoned.RowAsync();
        Assert.All(Asked(), move => Assert.Equal((row.Epoch, false, true, true), (move.Epoch, move.Open, move.Force, move.EverLaunched)));
        await bench.HandleAsync(Asked()[0], lane: SagaBench.Fences);
        Assert.True(Assert.Single(abandoned.Published<FenceDelayed>()).IsUnreachable);
        await ConfirmAsync(abandoned);

        Task AskedAsync(int times) => bench.EventuallyAsync(() => Task.FromResult(Asked().Count == times));

        // By the epoch of the stop: the saga sent one of its own before.
        IReadOnlyList<MoveFence> Asked() => [.. abandoned.Sent<MoveFence>().Where(move => move.Force && move.Writer is null && !move.Open).Skip(1)];
    }

    [Fact]
    public async Task Destination_is_taken_from_the_claims_where_the_fence_was_never_seen_to_open()
    {
        var abandoned = await bench.LaunchingAsync(destination.ConnectionString);
        await using var fence = new Connectors.Postgres.Fencing.PostgresFence(destination.ConnectionString);
        var here = await fence.CheckAsync(default);
        await bench.ExecuteAsync($"update coordinator.pipeline_target set destination = {here} where pipeline_id = {abandoned.PipelineId}");
        await abandoned.CancelAsync(CancelMode.Force);
        await abandoned.AbandonAsync();
        var other = await bench.LaunchingAsync(destination.ConnectionString);

        await bench.MoveAsync(other, open: true);

        Assert.Single(other.Published<FenceDelayed>());
        await ConfirmAsync(abandoned);
    }

    /// <summary>A launched job whose destination is out of reach when it is stopped.</summary>
    async Task<SagaJob> AbandonAsync()
    {
        var job = await bench.LaunchingAsync(destination.ConnectionString);
        await bench.MoveAsync(job, open: true);
        await bench.HandleAsync(Assert.Single(job.Published<FenceMoved>()));
        Environment.SetEnvironmentVariable(job.Variable(), null);
        await job.CancelAsync(CancelMode.Force);
        await job.AbandonAsync();
        return job;
    }

    async Task ConfirmAsync(SagaJob job)
    {
        Environment.SetEnvironmentVariable(job.Variable(), destination.ConnectionString);
        await bench.MoveAsync(job, open: false, force: true);
        await bench.HandleAsync(job.Published<FenceMoved>()[^1]);
        Assert.False((await job.RowAsync()).StopUnconfirmed);
    }

    Task<RunAnswered> StartAsync(SagaJob of) => bench.AskAsync<StartJob, RunAnswered>(
        new StartJob
        {
            RunId = Guid.NewGuid(),
            Project = of.Definition.Project,
            Pipeline = of.Definition.Name,
            Trigger = TriggerKind.SyncNow,
            Actor = "tester",
        },
        SagaBench.Starts);
}
