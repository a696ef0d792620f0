using Headgate.Contracts.Jobs;
using Headgate.Contracts.Steps;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Headgate.JobCoordinator.Tests.Saga;

[Collection(nameof(SagaCollection))]
public sealed class WhenCollecting(SagaBench bench)
{
    [Fact]
    public async Task Verification_completes_it_and_owes_the_event_and_the_release()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Completed");
        Assert.Equal(["JobStarted", "JobCompleted", "ReleaseJob"], await job.OwedAsync());
        Assert.NotNull((await job.RowAsync()).FinishedAt);
    }

    [Fact]
    public async Task A_restart_while_a_later_job_of_the_pipeline_is_active_is_refused()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Collecting");
        await job.PauseAsync();
        var later = job.Acceptance(Guid.NewGuid());
        await bench.HandleAsync(later);
        await bench.ExecuteAsync($"update coordinator.pipeline set current_job_id = {later.JobId} where pipeline_id = {job.PipelineId}");
        Assert.Equal(CommandOutcome.Refused, (await job.RestartAsync()).Outcome);
        await bench.AskAsync(new CancelJob { JobId = later.JobId, Actor = "tester" });
        Assert.Equal(CommandOutcome.Accepted, (await job.RestartAsync()).Outcome);
        Assert.True((await job.RowAsync()).JobNo > later.JobNo);
    }

    [Fact]
    public async Task Counts_that_do_not_add_up_fail_it()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Collecting");
        await job.BreakAsync(JobStep.Verify, retryable: false);
        Assert.Equal("Failed", (await job.RowAsync()).CurrentState);
    }
}

[Collection(nameof(SagaCollection))]
public sealed class WhenFailed(SagaBench bench)
{
    [Fact]
    public async Task So_many_failures_in_a_row_fail_the_pipeline()
    {
        var job = await bench.AcceptAsync(maxFailures: 2);
        await job.InAsync("Failed");
        Assert.Equal("Enabled", await PipelineStateAsync(job));
        await job.ResumeAsync();
        await job.OpenFenceAsync();
        await job.BreakAsync(JobStep.ApplySchema, retryable: false);
        await job.ConfirmStopAsync();
        Assert.Equal("Failed", await PipelineStateAsync(job));
    }

    [Fact]
    public async Task A_newer_version_supersedes_it_and_its_start_is_owed()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Failed");
        await bench.HandleAsync(new SupersedeJob { JobId = job.Id, Successor = job.Acceptance(Guid.NewGuid()) });
        Assert.Equal("Discarded", (await job.RowAsync()).CurrentState);
        Assert.Contains("AcceptJob", await job.OwedAsync());
    }

    Task<string> PipelineStateAsync(SagaJob job) => bench.ReadAsync(db =>
        db.Database.SqlQuery<string>($"""select state as "Value" from coordinator.pipeline where pipeline_id = {job.PipelineId}""").SingleAsync());
}

[Collection(nameof(SagaCollection))]
public sealed class WhenEnded(SagaBench bench)
{
    [Theory]
    [InlineData("Canceled")]
    [InlineData("Completed")]
    [InlineData("Discarded")]
    public async Task Late_messages_change_nothing(string state)
    {
        var job = await (await bench.AcceptAsync()).InAsync(state);
        var owed = await job.OwedAsync();
        await job.LoadAsync(0);
        await job.FenceAsync(open: true, written: 99);
        await job.BreakAsync(JobStep.Load, retryable: false, segment: 0);
        await bench.HandleAsync(new ReconcileJob { JobId = job.Id });
        Assert.Equal(state, (await job.RowAsync()).CurrentState);
        Assert.Equal(owed, await job.OwedAsync());
    }

    [Fact]
    public async Task The_database_refuses_a_final_state_without_its_time_and_a_state_it_does_not_know()
    {
        var job = await bench.AcceptAsync();
        var unfinished = await Assert.ThrowsAsync<PostgresException>(() =>
            bench.ExecuteAsync($"update coordinator.sync_job set state = 'Completed' where job_id = {job.Id}"));
        Assert.Equal("finished_iff_final", unfinished.ConstraintName);
        var unknown = await Assert.ThrowsAsync<PostgresException>(() =>
            bench.ExecuteAsync($"update coordinator.sync_job set state = 'Cancelled' where job_id = {job.Id}"));
        Assert.Equal(PostgresErrorCodes.CheckViolation, unknown.SqlState);
    }

    [Fact]
    public async Task The_database_refuses_a_second_active_job_of_a_pipeline()
    {
        var (job, other) = (await bench.AcceptAsync(), await bench.AcceptAsync());
        var second = await Assert.ThrowsAsync<PostgresException>(() =>
            bench.ExecuteAsync($"update coordinator.sync_job set pipeline_id = {job.PipelineId} where job_id = {other.Id}"));
        Assert.Equal("one_active_job", second.ConstraintName);
    }
}
