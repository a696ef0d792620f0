using Headgate.Contracts.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Tests.Saga;
using Npgsql;

namespace Headgate.JobCoordinator.Tests.Fencing;

/// <summary>What a move of the fence is answered with, at a real destination.</summary>
[Collection(nameof(SagaCollection))]
public sealed class MoveFenceTests(SagaBench bench, FencedDatabase destination) : IClassFixture<FencedDatabase>
{
    [Fact]
    public async Task Move_is_made_and_answered_with_what_the_ledger_holds()
    {
        var job = await (await AcceptAsync()).InAsync("Pausing");
        await destination.TakenAsync(job.Id, 0, 7);
        var row = await job.RowAsync();
        await MoveAsync(row, open: false);
        var moved = Assert.Single(job.Published<FenceMoved>());
        Assert.Equal((row.Epoch, false, 7), (moved.Epoch, moved.Open, moved.Counts[0].Written));
        Assert.Equal($"{job.Id}, {row.Epoch}, f", await destination.FenceAsync(job.PipelineId));
    }

    [Fact]
    public async Task Move_of_an_older_epoch_is_dropped()
    {
        var job = await (await AcceptAsync()).InAsync("Pausing");
        await MoveAsync(await job.RowAsync(), open: true, behind: 1);
        Assert.Null(await destination.FenceAsync(job.PipelineId));
        Assert.Empty(job.Published<FenceMoved>());
    }

    [Fact]
    public async Task Stop_of_a_job_behind_the_fence_of_a_later_one_is_confirmed_with_its_own_counts_and_moves_nothing()
    {
        var job = await (await AcceptAsync()).InAsync("Pausing");
        await destination.TakenAsync(job.Id, 0, 10);
        await destination.TakenAsync(job.Id, 1, 4);
        var row = await job.RowAsync();
        var later = new SyncJob { CorrelationId = Guid.NewGuid(), JobNo = row.JobNo + 1 };
        await destination.MoveAsync(job.PipelineId, later, epoch: 1, open: true);
        await MoveAsync(row, open: false);
        var moved = Assert.Single(job.Published<FenceMoved>());
        Assert.Equal(new RecordCounts { Written = 14, Inserted = 14 }, moved.Counts[0]);
        Assert.Equal($"{later.CorrelationId}, 1, t", await destination.FenceAsync(job.PipelineId));
    }

    [Fact]
    public async Task Stop_behind_an_open_fence_of_the_same_job_is_not_confirmed()
    {
        var job = await (await AcceptAsync()).InAsync("Pausing");
        var row = await job.RowAsync();
        await destination.MoveAsync(job.PipelineId, row, row.Epoch + 2, open: true);
        await MoveAsync(row, open: false);
        Assert.Empty(job.Published<FenceMoved>());
        Assert.Contains("restored", Assert.Single(job.Published<FenceDelayed>()).Waiting, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_is_not_confirmed_at_another_destination_than_the_fence_was_opened_at()
    {
        var job = await LaunchingAsync();
        await MoveAsync(await job.RowAsync(), open: true);
        var opened = Assert.Single(job.Published<FenceMoved>());
        await bench.HandleAsync(opened);
        Assert.Equal(opened.Destination, (await job.RowAsync()).Destination);
        await bench.ExecuteAsync($"update coordinator.sync_job set destination = 'postgres:1/elsewhere' where job_id = {job.Id}");
        await job.PauseAsync();
        await MoveAsync(await job.RowAsync(), open: false);
        Assert.Single(job.Published<FenceMoved>());
        Assert.Contains("postgres:1/elsewhere", Assert.Single(job.Published<FenceDelayed>()).Waiting, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fence_is_not_opened_elsewhere_while_it_stands_open_where_it_was()
    {
        var job = await LaunchingAsync();
        await bench.ExecuteAsync($"update coordinator.sync_job set destination = 'postgres:1/elsewhere' where job_id = {job.Id}");
        await MoveAsync(await job.RowAsync(), open: true);
        Assert.Empty(job.Published<FenceMoved>());
        Assert.Contains("postgres:1/elsewhere", Assert.Single(job.Published<FenceDelayed>()).Waiting, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_that_was_stopped_is_canceled_wherever_its_connection_leads_by_then()
    {
        var job = await (await AcceptAsync()).InAsync("Processing");
        await bench.ExecuteAsync($"update coordinator.sync_job set destination = 'postgres:1/before' where job_id = {job.Id}");
        await job.PauseFullyAsync();
        await job.CancelAsync();
        await MoveAsync(await job.RowAsync(), open: false);
        Assert.Single(job.Published<FenceMoved>());
    }

    [Fact]
    public async Task Launch_of_a_job_behind_the_fence_of_a_later_one_fails_it()
    {
        var job = await LaunchingAsync();
        var row = await job.RowAsync();
        await destination.MoveAsync(job.PipelineId, new SyncJob { CorrelationId = Guid.NewGuid(), JobNo = row.JobNo + 1 }, epoch: 1, open: true);
        await MoveAsync(row, open: true);
        Assert.Empty(job.Published<FenceMoved>());
        Assert.Equal(("superseded", false), ProblemOf(Assert.Single(job.Published<StepFailed>())));
    }

    [Fact]
    public async Task Stop_of_a_job_that_was_never_launched_is_confirmed_though_the_destination_is_away()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.CancelAsync();
        await MoveAsync(await job.RowAsync(), open: false);
        Assert.Empty(Assert.Single(job.Published<FenceMoved>()).Counts);
    }

    [Fact]
    public async Task Stop_of_a_job_that_was_never_launched_asks_no_destination()
    {
        var job = await (await AcceptAsync()).InAsync("Initializing");
        await job.CancelAsync();
        await MoveAsync(await job.RowAsync(), open: false);
        Assert.Null(Assert.Single(job.Published<FenceMoved>()).Destination);
        Assert.Null(await destination.FenceAsync(job.PipelineId));
    }

    [Fact]
    public async Task Stop_of_a_launched_job_waits_for_a_destination_that_is_away()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Pausing");
        await MoveAsync(await job.RowAsync(), open: false);
        Assert.Empty(job.Published<FenceMoved>());
        var delayed = Assert.Single(job.Published<FenceDelayed>());
        Assert.StartsWith("The fence could not be moved", delayed.Waiting, StringComparison.Ordinal);
        Assert.True(delayed.IsUnreachable);
    }

    [Fact]
    public async Task Launch_waits_for_a_destination_that_is_away()
    {
        var job = await LaunchingAsync(away: true);
        await MoveAsync(await job.RowAsync(), open: true);
        Assert.Single(job.Published<FenceDelayed>());
        Assert.Empty(job.Published<StepFailed>());
    }

    [Fact]
    public async Task First_launch_waits_too_and_is_never_taken_for_a_stop()
    {
        var job = await LaunchingAsync(away: true);
        await MoveAsync(await job.RowAsync(), open: true, everLaunched: false);
        Assert.Empty(job.Published<FenceMoved>());
    }

    [Fact]
    public async Task Launch_that_the_destination_refuses_fails_the_job()
    {
        var job = await LaunchingAsync();
        await MoveAsync(await job.RowAsync(), open: true, writer: "nobody_at_all");
        Assert.Equal(("role-missing", false), ProblemOf(Assert.Single(job.Published<StepFailed>())));
        Assert.Empty(job.Published<FenceDelayed>());
    }

    [Fact]
    public async Task Launch_where_another_pipeline_writes_the_table_fails_the_job_and_moves_nothing()
    {
        var job = await LaunchingAsync();
        await using var fence = new Connectors.Postgres.Fencing.PostgresFence(destination.ConnectionString);
        var owner = job.Definition with { Name = $"p{Guid.NewGuid():N}" };
        await bench.Pipelines.ApplyAsync([new PipelineToApply(owner, await fence.CheckAsync(default))], "test", default);
        await MoveAsync(await job.RowAsync(), open: true);
        Assert.Equal(("target-taken", false), ProblemOf(Assert.Single(job.Published<StepFailed>())));
        Assert.Null(await destination.FenceAsync(job.PipelineId));
    }

    [Fact]
    public async Task Stop_that_the_destination_refuses_is_tried_on()
    {
        var job = await (await AcceptAsync()).InAsync("Pausing");
        var row = await job.RowAsync();
        await destination.MoveAsync(job.PipelineId, row, row.Epoch, open: true);
        await MoveAsync(row, open: false);
        Assert.Single(job.Published<FenceDelayed>());
        Assert.Empty(job.Published<StepFailed>());
    }

    [Fact]
    public async Task What_a_stop_waits_for_is_known_before_its_deadline_however_patient_the_fence_is()
    {
        var job = await (await AcceptAsync(new CancelDefinition { DrainDeadline = TimeSpan.FromSeconds(1) })).InAsync("Pausing");
        await using var writer = await destination.WriterAsync(job.PipelineId);
        var patience = bench.Options.FencePatience;
        bench.Options.FencePatience = TimeSpan.FromMinutes(1);
        try
        {
            await MoveAsync(await job.RowAsync(), open: false).WaitAsync(TimeSpan.FromSeconds(20));
        }
        finally
        {
            bench.Options.FencePatience = patience;
        }

        Assert.Contains($"{writer.ProcessID}", Assert.Single(job.Published<FenceDelayed>()).Waiting, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Graceful_stop_names_the_writer_that_it_waits_for_and_force_terminates_it()
    {
        var job = await (await AcceptAsync()).InAsync("Pausing");
        await using var writer = await destination.WriterAsync(job.PipelineId);
        await MoveAsync(await job.RowAsync(), open: false);
        var delayed = Assert.Single(job.Published<FenceDelayed>());
        Assert.Contains($"{writer.ProcessID}", delayed.Waiting, StringComparison.Ordinal);
        Assert.False(delayed.IsUnreachable);
        await MoveAsync(await job.RowAsync(), open: false, force: true);
        Assert.Single(job.Published<FenceMoved>());
        await using var write = new NpgsqlCommand("select 1", writer);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => write.ExecuteScalarAsync());
    }

    Task<SagaJob> AcceptAsync(CancelDefinition? cancel = null) => bench.AcceptAsync(destination: destination.ConnectionString, cancel: cancel);

    async Task<SagaJob> LaunchingAsync(bool away = false)
    {
        var job = await (away ? await bench.AcceptAsync() : await AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync(segments: 1);
        await job.ExtractAsync(0);
        return job;
    }

    Task MoveAsync(SyncJob job, bool open, int behind = 0, bool force = false, string? writer = null, bool? everLaunched = null) => bench.HandleAsync(
        new MoveFence
        {
            JobId = job.CorrelationId,
            JobNo = job.JobNo,
            Attempt = job.Attempt,
            Epoch = job.Epoch - behind,
            Open = open,
            Force = force,
            Writer = writer,
            EverLaunched = everLaunched ?? job.RequestId is not null,
        },
        lane: SagaBench.Fences);

    static (string Code, bool Retryable) ProblemOf(StepFailed failed) => (failed.Problem.Code, failed.Problem.Retryable);
}
