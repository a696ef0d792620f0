using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Repairs;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Tests.Saga;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Tests.Pipelines;

/// <summary>A table of a destination has one pipeline.</summary>
[Collection(nameof(SagaCollection))]
public sealed class TargetClaimTests(SagaBench bench)
{
    readonly string _destination = $"{Guid.NewGuid():N}";

    [Fact]
    public async Task The_same_table_is_refused_however_the_destination_is_referred_to()
    {
        await ApplyAsync(Pipeline("env:ONE", "contacts"));

        var refused = await Assert.ThrowsAsync<TargetTakenException>(() => ApplyAsync(Pipeline("env:TWO", "contacts")));

        Assert.Contains("contacts", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_pipelines_that_are_applied_at_the_same_time_one_gets_the_table()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(async () =>
            await Record.ExceptionAsync(() => ApplyAsync(Pipeline("env:ONE", "contacts"))))));

        Assert.Single(outcomes, outcome => outcome is null);
        Assert.All(outcomes.OfType<Exception>(), refused => Assert.IsType<TargetTakenException>(refused));
    }

    [Fact]
    public async Task A_table_of_the_same_name_at_another_destination_is_another_table()
    {
        await ApplyAsync(Pipeline("env:ONE", "contacts"));

        await bench.Pipelines.ApplyAsync([new PipelineToApply(Pipeline("env:ONE", "contacts"), $"{Guid.NewGuid():N}")], "test", default);
    }

    [Fact]
    public async Task Of_a_set_with_a_refused_pipeline_nothing_is_applied()
    {
        await ApplyAsync(Pipeline("env:ONE", "contacts"));
        var first = Pipeline("env:ONE", "orders");

        await Assert.ThrowsAsync<TargetTakenException>(() => ApplyAsync(first, Pipeline("env:ONE", "contacts")));

        Assert.Equal(0, await bench.ReadAsync(db => db.Database.SqlQuery<int>(
            $"""select count(*)::int as "Value" from coordinator.pipeline where name = {first.Name}""").SingleAsync()));
    }

    [Fact]
    public async Task A_table_that_a_new_version_gives_up_is_free()
    {
        var pipeline = Pipeline("env:ONE", "contacts", "orders");
        await ApplyAsync(pipeline);
        await ApplyAsync(pipeline with { Objects = [pipeline.Objects[0]] });

        await ApplyAsync(Pipeline("env:ONE", "orders"));
    }

    [Theory]
    [InlineData("Paused")]
    [InlineData("Failed")]
    [InlineData("Collecting")]
    public async Task A_table_that_a_new_version_gives_up_stays_taken_while_a_job_of_the_old_version_can_write_it(string state)
    {
        var job = await (await bench.AcceptAsync()).InAsync(state);
        await bench.Pipelines.ApplyAsync(
            [new PipelineToApply(job.Definition with { Objects = [job.Definition.Objects[0] with { To = "public.b" }] }, job.Definition.Destination.Connection)], "test", default);
        var heir = Heir(job);

        await Assert.ThrowsAsync<TargetTakenException>(() => bench.Pipelines.ApplyAsync([heir], "test", default));
        await bench.ExecuteAsync($"update coordinator.sync_job set state = 'Canceled', finished_at = now() where job_id = {job.Id}");
        await bench.ExecuteAsync($"update coordinator.pipeline set current_job_id = {Guid.NewGuid()} where pipeline_id = {job.PipelineId}");

        // The pipeline was claimed for a job that is still to be born: it may be one of the old version.
        await Assert.ThrowsAsync<TargetTakenException>(() => bench.Pipelines.ApplyAsync([heir], "test", default));
        await bench.ExecuteAsync($"update coordinator.pipeline set current_job_id = {job.Id} where pipeline_id = {job.PipelineId}");

        await bench.Pipelines.ApplyAsync([heir], "test", default);
    }

    [Fact]
    public async Task Pipelines_of_a_set_can_pass_tables_to_each_other_whatever_their_order()
    {
        var (first, second) = (Pipeline("env:ONE", "contacts"), Pipeline("env:ONE", "orders"));
        await ApplyAsync(first, second);

        await ApplyAsync(first with { Objects = second.Objects }, second with { Objects = first.Objects });

        await Assert.ThrowsAsync<TargetTakenException>(() => ApplyAsync(Pipeline("env:ONE", "contacts")));
        await Assert.ThrowsAsync<TargetTakenException>(() => ApplyAsync(Pipeline("env:ONE", "orders")));
    }

    [Fact]
    public async Task A_file_that_is_applied_again_elsewhere_keeps_the_tables_of_a_job_that_began_here()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Paused");
        await bench.Pipelines.ApplyAsync([new PipelineToApply(job.Definition, _destination)], "test", default);

        await Assert.ThrowsAsync<TargetTakenException>(() => bench.Pipelines.ApplyAsync([Heir(job)], "test", default));
        await bench.ExecuteAsync($"update coordinator.sync_job set state = 'Canceled', finished_at = now() where job_id = {job.Id}");

        await bench.Pipelines.ApplyAsync([Heir(job)], "test", default);
    }

    [Fact]
    public async Task A_job_whose_stop_was_abandoned_keeps_its_tables_until_a_later_one_has_moved_the_fence()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Canceling");
        await bench.AskAsync(new AbandonJob { JobId = job.Id, Actor = "admin" });
        await bench.Pipelines.ApplyAsync([new PipelineToApply(job.Definition, _destination)], "test", default);

        await Assert.ThrowsAsync<TargetTakenException>(() => bench.Pipelines.ApplyAsync([Heir(job)], "test", default));
        await bench.ExecuteAsync($"update coordinator.sync_job set stop_unconfirmed = false where job_id = {job.Id}");

        await bench.Pipelines.ApplyAsync([Heir(job)], "test", default);
    }

    [Fact]
    public async Task A_deleted_pipelines_tables_are_free_once_the_fence_of_its_abandoned_job_was_moved_after_all()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Canceling");
        await job.AbandonAsync();
        await bench.ExecuteAsync($"update coordinator.pipeline set deleted_at = now() where pipeline_id = {job.PipelineId}");
        await bench.ExecuteAsync($"update coordinator.pipeline_target set latest = false where pipeline_id = {job.PipelineId}");

        await Assert.ThrowsAsync<TargetTakenException>(() => bench.Pipelines.ApplyAsync([Heir(job)], "test", default));
        await job.FenceAsync(open: false, written: 10, epoch: await job.EpochAsync() - 1);
        await Assert.ThrowsAsync<TargetTakenException>(() => bench.Pipelines.ApplyAsync([Heir(job)], "test", default));
        await job.ConfirmStopAsync(written: 12);

        await bench.Pipelines.ApplyAsync([Heir(job)], "test", default);
        var row = await job.RowAsync();
        Assert.Equal(("Discarded", false, 12L, null), (row.CurrentState, row.StopUnconfirmed, row.Written, row.WakeAt));
        Assert.NotNull(row.StopConfirmedAt);
    }

    [Fact]
    public async Task A_launch_where_the_file_was_never_applied_claims_and_is_refused_what_another_pipeline_writes_there()
    {
        var (owner, other) = (Pipeline("env:ONE", "contacts"), Pipeline("env:TWO", "contacts"));
        var applied = (await ApplyAsync(owner)).Single();
        var moved = (await bench.Pipelines.ApplyAsync([new PipelineToApply(other, "elsewhere")], "test", default)).Single();

        await bench.Pipelines.ClaimAsync(Of(applied), _destination, default);
        await Assert.ThrowsAsync<TargetTakenException>(() => bench.Pipelines.ClaimAsync(Of(moved), _destination, default));
        await bench.Pipelines.ClaimAsync(Of(moved), $"{_destination}2", default);

        // Who applies next at that place finds it taken only while a job can write there.
        await bench.Pipelines.ApplyAsync([new PipelineToApply(owner, $"{_destination}2")], "test", default);
    }

    [Fact]
    public async Task A_rollback_claims_the_tables_that_it_puts_back_and_none_that_its_version_wrote_besides()
    {
        var run = await (await bench.AcceptAsync(tables: 2)).InAsync("Initializing");
        await bench.ExecuteAsync($"update coordinator.sync_job set state = 'Canceled', finished_at = now() where job_id = {run.Id}");
        var (kept, given) = (run.Definition.Objects[0], run.Definition.Objects[1]);
        var at = run.Definition.Destination.Connection;
        await bench.Pipelines.ApplyAsync([new PipelineToApply(run.Definition with { Objects = [kept] }, at)], "test", default);
        await bench.Pipelines.ApplyAsync([new PipelineToApply(run.Definition with { Name = $"p{Guid.NewGuid():N}", Objects = [given] }, at)], "test", default);
        var one = await RolledBackAsync(run, kept.To);

        await bench.Pipelines.ClaimAsync(one, at, default);

        // What one rollback has claimed of a version is not the whole of it.
        await bench.ExecuteAsync($"update coordinator.sync_job set state = 'Failed' where job_id = {one.CorrelationId}");
        var all = await RolledBackAsync(run, null);
        var refused = await Assert.ThrowsAsync<TargetTakenException>(() => bench.Pipelines.ClaimAsync(all, at, default));
        Assert.Equal(QualifiedName.Parse(given.To).ToSql(), refused.Target);
    }

    [Fact]
    public async Task A_rollback_claims_no_table_that_its_job_was_blocked_from_before_it_wrote()
    {
        var run = await (await bench.AcceptAsync(tables: 2)).InAsync("Initializing");
        await bench.ExecuteAsync(
            $"""
             update coordinator.sync_job set state = 'Canceled', finished_at = now() where job_id = {run.Id};
             update coordinator.job_object set state = 'Blocked', blocked_code = 'triggers', blocked_sentence = 'It has a trigger.'
             where job_id = {run.Id} and object_no = 1
             """);
        var (kept, given) = (run.Definition.Objects[0], run.Definition.Objects[1]);
        var at = run.Definition.Destination.Connection;
        await bench.Pipelines.ApplyAsync([new PipelineToApply(run.Definition with { Objects = [kept] }, at)], "test", default);
        await bench.Pipelines.ApplyAsync([new PipelineToApply(run.Definition with { Name = $"p{Guid.NewGuid():N}", Objects = [given] }, at)], "test", default);
        var rollback = await RolledBackAsync(run, null);

        await bench.Pipelines.ClaimAsync(rollback, at, default);
        Assert.Equal(
            [QualifiedName.Parse(kept.To).ToSql()],
            await bench.ListAsync<string>(
                $"""select target as "Value" from coordinator.pipeline_target where pipeline_id = {run.PipelineId} and version = {rollback.PipelineVersion}"""));

        // By an attempt before it was blocked.
        await bench.ExecuteAsync(
            $"""
             insert into coordinator.job_segment (job_id, attempt, object_no, segment_no, state, copy, written)
             values ({run.Id}, 1, 1, 0, 'Abandoned', gen_random_uuid(), 7)
             """);
        await Assert.ThrowsAsync<TargetTakenException>(() => bench.Pipelines.ClaimAsync(rollback, at, default));
    }

    async Task<SyncJob> RolledBackAsync(SagaJob run, string? only)
    {
        var repair = new SagaJob(bench, run.PipelineId, run.Definition);
        await bench.HandleAsync(repair.Acceptance(repair.Id) with { Kind = JobKind.Rollback, Repair = new RepairOf { JobId = run.Id, Object = only } });
        await repair.BeginAsync();
        return await repair.RowAsync();
    }

    static SyncJob Of(AppliedPipeline applied) => new() { PipelineId = applied.PipelineId, PipelineVersion = applied.Version, Kind = JobKind.Historical };

    /// <summary>Another pipeline that wants the job's table, where the job writes it.</summary>
    static PipelineToApply Heir(SagaJob job)
    {
        var heir = Pipeline("env:ONE", "any");
        return new PipelineToApply(heir with { Objects = [heir.Objects[0] with { To = job.Definition.Objects[0].To }] }, job.Definition.Destination.Connection);
    }

    static PipelineDefinition Pipeline(string destination, params string[] tables) => new()
    {
        Project = "test",
        Name = $"p{Guid.NewGuid():N}",
        Source = new SystemReference { Connector = "postgres", Connection = "env:NOWHERE" },
        Destination = new SystemReference { Connector = "postgres", Connection = destination },
        Objects = [.. tables.Select(table => new ObjectDefinition { From = table, To = $"public.{table}", Key = ["id"] })],
    };

    Task<IReadOnlyList<AppliedPipeline>> ApplyAsync(params PipelineDefinition[] set) =>
        bench.Pipelines.ApplyAsync([.. set.Select(definition => new PipelineToApply(definition, _destination))], "test", default);
}
