using Headgate.Connectors.Fencing;
using Headgate.Connectors.Postgres.Fencing;
using Headgate.Contracts.Fencing;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Reconciling;
using Headgate.JobCoordinator.Tests.Saga;

namespace Headgate.JobCoordinator.Tests.Fencing;

/// <summary>What becomes of jobs and pipelines whose destination is not what it was when they were armed.</summary>
[Collection(nameof(SagaCollection))]
public sealed class ChangedDestinationTests(SagaBench bench, FencedDatabase destination) : IClassFixture<FencedDatabase>
{
    [Fact]
    public async Task First_launch_arms_the_pipeline_with_what_it_finds()
    {
        var job = await bench.LaunchingAsync(destination.ConnectionString);

        await bench.MoveAsync(job, open: true);

        var here = await HereAsync();
        Assert.Equal($"{here.Name} {here.History}", await job.ValueAsync<string>(
            $"""select identity || ' ' || history as "Value" from coordinator.armed_destination where pipeline_id = {job.PipelineId} and found_at is null"""));
        Assert.Single(job.Published<FenceMoved>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Launch_at_a_destination_with_another_history_fails_the_job_and_its_pipeline_and_moves_nothing(bool isSameServer)
    {
        var job = await bench.LaunchingAsync(destination.ConnectionString);
        var here = await HereAsync();
        await ArmAsync(job, isSameServer ? here with { History = "000000FF" } : here with { Name = "postgres:1/before" });

        await bench.MoveAsync(job, open: true);

        var problem = Assert.Single(job.Published<StepFailed>()).Problem;
        Assert.Equal(("destination-changed", false), (problem.Code, problem.Retryable));
        Assert.Contains("enables the pipeline", problem.Sentence, StringComparison.Ordinal);
        Assert.Equal("Failed", await job.PipelineStateAsync());
        Assert.Null(await destination.FenceAsync(job.PipelineId));
    }

    [Fact]
    public async Task Launch_by_another_reference_than_the_one_that_changed_arms_that_one()
    {
        var job = await bench.LaunchingAsync(destination.ConnectionString);
        await ArmAsync(job, new DestinationIdentity("postgres:1/before", "00000001"), "env:ANOTHER");

        await bench.MoveAsync(job, open: true);

        Assert.Single(job.Published<FenceMoved>());
        Assert.Equal("Enabled", await job.PipelineStateAsync());
    }

    [Fact]
    public async Task Stop_at_a_destination_with_another_history_is_confirmed_and_its_pipeline_takes_no_runs()
    {
        var job = await (await bench.AcceptAsync(destination: destination.ConnectionString)).InAsync("Pausing");
        await ArmAsync(job, await HereAsync() with { History = "000000FF" });

        await bench.MoveAsync(job, open: false);

        Assert.Single(job.Published<FenceMoved>());
        Assert.Equal($"{job.Id}, {await job.EpochAsync()}, f", await destination.FenceAsync(job.PipelineId));
        Assert.Equal("Failed", await job.PipelineStateAsync());
    }

    [Fact]
    public async Task Job_that_loads_where_the_history_has_changed_comes_to_fail_though_no_worker_says_so()
    {
        var job = await bench.LaunchingAsync(destination.ConnectionString);
        await bench.MoveAsync(job, open: true);
        await bench.HandleAsync(Assert.Single(job.Published<FenceMoved>()));
        await job.ShapeAsync();
        await bench.ExecuteAsync($"update coordinator.armed_destination set history = '000000FF' where pipeline_id = {job.PipelineId}");
        await bench.ExecuteAsync($"update coordinator.sync_job set wake_at = now() - interval '1 second' where job_id = {job.Id}");

        await using (await bench.RunAsync<Reconciler>())
            await bench.EventuallyAsync(() => Task.FromResult(job.Published<StepFailed>().Count > 0));

        await bench.HandleAsync(job.Published<StepFailed>()[0]);
        var row = await job.RowAsync();
        Assert.Equal(("Pausing", "destination-changed"), (row.CurrentState, row.ErrorCode));
        await bench.MoveAsync(job, open: false);
        await bench.HandleAsync(job.Published<FenceMoved>()[^1]);
        Assert.Equal("Failed", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task Offset_that_was_forgotten_while_a_job_went_on_from_it_is_not_committed_by_that_job()
    {
        var first = await (await bench.AcceptAsync()).InAsync("Completed");
        var second = await (await first.FollowAsync()).InAsync("Collecting");
        var keeps = await (await (await bench.AcceptAsync()).InAsync("Completed")).FollowAsync();
        await keeps.InAsync("Collecting");
        await bench.ExecuteAsync($"update coordinator.job_object set offset_job_id = {first.Id}, offset_attempt = 1 where job_id = {second.Id}");
        await bench.ExecuteAsync($"delete from coordinator.object_offset where pipeline_id = {first.PipelineId}");

        await second.VerifyAsync();
        await keeps.VerifyAsync();

        Assert.Equal(("Completed", 0), ((await second.RowAsync()).CurrentState, await OffsetsAsync(second)));
        Assert.Equal(1, await OffsetsAsync(keeps));
    }

    async Task<DestinationIdentity> HereAsync()
    {
        await using var fence = new PostgresFence(destination.ConnectionString);
        return await fence.IdentifyAsync(default);
    }

    Task<int> ArmAsync(SagaJob job, DestinationIdentity armed, string? reference = null) => bench.ExecuteAsync(
        $"""
         insert into coordinator.armed_destination (pipeline_id, reference, identity, history)
         values ({job.PipelineId}, {$"postgres {reference ?? job.Definition.Destination.Connection}"}, {armed.Name}, {armed.History})
         """);

    static Task<int> OffsetsAsync(SagaJob job) =>
        job.ValueAsync<int>($"""select count(*)::int as "Value" from coordinator.object_offset where pipeline_id = {job.PipelineId}""");
}
