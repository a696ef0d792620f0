using Grpc.Core;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Pipelines;

/// <summary>DeletePipeline: what goes, what stays, and what its job becomes.</summary>
[Collection(nameof(PipelineCollection))]
public sealed class DeleteTests(PipelineBench bench)
{
    readonly BenchProject _project = bench.NewProject();

    [Fact]
    public async Task Deleted_pipeline_is_shown_as_it_was_and_found_no_more()
    {
        var pipeline = await _project.ApplyAsync();

        var answer = await DeleteAsync();

        Assert.Equal((CommandOutcome.Accepted, pipeline.Id), (answer.Outcome, answer.Pipeline.Id));
        Assert.NotNull(answer.Pipeline.Deleted);
        Assert.Empty(answer.Pipeline.Accepts);
        Assert.Empty((await bench.Admin.ListPipelinesAsync(new ListPipelinesRequest { Project = _project.Name })).Pipelines);
        foreach (var reference in (PipelineReference[])[_project.Reference(), new() { Id = pipeline.Id }])
        {
            await Refused.AsAsync(StatusCode.NotFound, bench.Admin.GetPipelineAsync(new GetPipelineRequest { Pipeline = reference }));
            await Refused.AsAsync(StatusCode.NotFound, bench.Admin.EnablePipelineAsync(new EnablePipelineRequest { Pipeline = reference }));
            await Refused.AsAsync(StatusCode.NotFound, bench.Admin.PausePipelineAsync(new PausePipelineRequest { Pipeline = reference }));
            await Refused.AsAsync(StatusCode.NotFound, bench.Admin.DeletePipelineAsync(new DeletePipelineRequest { Pipeline = reference }));
            await Refused.AsAsync(StatusCode.NotFound, bench.Admin.SyncNowAsync(new SyncNowRequest { Pipeline = reference }));
            await Refused.AsAsync(StatusCode.NotFound, bench.Jobs.GetJobAsync(new GetJobRequest { Job = new JobReference { Pipeline = reference } }));
        }
    }

    [Fact]
    public async Task Its_jobs_and_the_text_of_its_versions_stay()
    {
        var pipeline = await _project.ApplyAsync();
        var job = await _project.StartAsync();
        await _project.MoveAsync(job, "Completed");

        await DeleteAsync();

        Assert.Equal(pipeline.Id, (await bench.Jobs.GetJobAsync(new GetJobRequest { Job = new JobReference { Id = job.ToString() } })).Job.PipelineId);
        var listed = await bench.Jobs.ListJobsAsync(new ListJobsRequest { Filter = new JobFilter { Project = _project.Name, Pipeline = "contacts" } });
        Assert.Equal([job.ToString()], listed.Jobs.Select(each => each.Id));
        Assert.Equal(_project.Text(), await bench.State.ScalarAsync<string>($"select document from coordinator.pipeline_version where pipeline_id = '{pipeline.Id}'"));
    }

    [Fact]
    public async Task Records_that_its_dry_runs_show_are_removed_by_the_workers()
    {
        await _project.ApplyAsync();
        var applied = await bench.Admin.DryRunAsync(new DryRunRequest { Pipeline = _project.Reference() });
        // Of another text of its name, as it would be.
        var other = await bench.Admin.DryRunAsync(new DryRunRequest { File = new PipelineFile { Name = "p.yaml", Text = _project.Text(more: "filter: id > 7") } });
        var old = await bench.Admin.DryRunAsync(new DryRunRequest { Pipeline = _project.Reference() });
        foreach (var dryRun in (DryRunResponse[])[applied, other, old]) await _project.MoveAsync(Guid.Parse(dryRun.Job.Id), "Completed");
        await bench.State.ExecuteAsync($"update coordinator.sync_job set finished_at = now() - interval '25 hours' where job_id = '{old.Job.Id}'");

        await DeleteAsync();

        var owed = await bench.State.ScalarAsync<Guid[]>(
            $"""
             select array_agg(o.job_id) from coordinator.obligation o join coordinator.sync_job j using (job_id)
             where j.project = '{_project.Name}' and o.message = 'Headgate.Contracts.Jobs.ReleaseJob' and (o.body ->> 'samples')::boolean and (o.body ->> 'jobId')::uuid = o.job_id
             """);
        Assert.Equal(new[] { applied.Job.Id, other.Job.Id }.Order(StringComparer.Ordinal), owed!.Select(id => id.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Name_and_tables_are_free_for_a_new_pipeline()
    {
        var deleted = await _project.ApplyAsync();
        await DeleteAsync();

        var same = await _project.ApplyAsync();
        await DeleteAsync();
        await _project.ApplyAsync("heir", to: $"{_project.Name}.contacts");

        Assert.NotEqual(deleted.Id, same.Id);
        Assert.Equal((1, PipelineState.Enabled), (same.Version, same.State));
    }

    [Fact]
    public async Task Jobs_of_all_that_had_the_name_are_listed_under_it()
    {
        await _project.ApplyAsync();
        var first = await _project.StartAsync();
        await _project.MoveAsync(first, "Completed");
        await DeleteAsync();
        await _project.ApplyAsync();
        var second = await _project.StartAsync();

        var listed = await bench.Jobs.ListJobsAsync(new ListJobsRequest { Filter = new JobFilter { Project = _project.Name, Pipeline = "contacts" } });

        Assert.Equal([second.ToString(), first.ToString()], listed.Jobs.Select(each => each.Id));
    }

    [Theory]
    [InlineData("Pending")]
    [InlineData("Processing")]
    [InlineData("Paused")]
    [InlineData("Canceling")]
    public async Task Active_job_keeps_it_from_being_deleted(string state)
    {
        await _project.ApplyAsync();
        var job = await _project.StartAsync();
        await _project.MoveAsync(job, state);

        var refusal = await Refused.ByAsync(Rule.ActiveJob, $"job:{job}", bench.Admin.DeletePipelineAsync(new DeletePipelineRequest { Pipeline = _project.Reference() }));

        Assert.Equal((job.ToString(), Enum.Parse<JobState>(state)), (refusal.JobId, refusal.JobState));
        Assert.Equal(Operation.DeletePipeline, refusal.WouldAccept[0]);
        Assert.Equal(1, await _project.CountAsync($"coordinator.pipeline where project = '{_project.Name}' and deleted_at is null"));
    }

    [Fact]
    public async Task Job_that_is_on_its_way_keeps_it_from_being_deleted()
    {
        await _project.ApplyAsync();
        await _project.SetAsync($"current_job_id = '{Guid.NewGuid()}'");

        await Refused.AsAsync(StatusCode.FailedPrecondition, bench.Admin.DeletePipelineAsync(new DeletePipelineRequest { Pipeline = _project.Reference() }));
    }

    [Theory]
    [InlineData("Pending", "Discarded")]
    [InlineData("Paused", "Discarded")]
    [InlineData("Processing", "Canceling")]
    public async Task Active_job_is_discarded_with_it_where_that_is_asked_for(string state, string after)
    {
        await _project.ApplyAndLoseDestinationAsync();
        var job = await _project.StartAsync();
        await _project.MoveAsync(job, state, state == "Paused" ? ", resume_to = 'Processing'" : "");

        var answer = await DeleteAsync(discard: true);

        Assert.Contains($"Job {job} is discarded.", answer.Sentence, StringComparison.Ordinal);
        Assert.Equal(after, await _project.StateAsync(job));
        Assert.Equal("the pipeline was deleted: of no use", await bench.State.ScalarAsync<string>($"select reason from coordinator.job_command where job_id = '{job}'"));
        Assert.Equal("SubjectGone", await bench.State.ScalarAsync<string>($"select stop_cause from coordinator.sync_job where job_id = '{job}'"));
    }

    [Theory]
    [InlineData("Pausing", "intent = 'Pause'")]
    [InlineData("Canceling", "intent = 'Cancel', mode = 'Force'")]
    public async Task Job_that_cannot_be_discarded_keeps_it_from_being_deleted(string state, string stop)
    {
        await _project.ApplyAsync();
        var job = await _project.StartAsync();
        await _project.MoveAsync(job, state, $", {stop}");

        var refusal = await Refused.ByAsync(Rule.State, $"job:{job}", bench.Admin.DeletePipelineAsync(
            new DeletePipelineRequest { Pipeline = _project.Reference(), DiscardActiveJob = true }));

        Assert.Equal((Enum.Parse<JobState>(state), job.ToString()), (refusal.JobState, refusal.JobId));
        Assert.DoesNotContain(Operation.DiscardJob, refusal.WouldAccept);
        Assert.Equal(1, await _project.CountAsync($"coordinator.pipeline where project = '{_project.Name}' and deleted_at is null"));
    }

    [Fact]
    public async Task Failed_job_is_discarded_with_the_reason()
    {
        await _project.ApplyAsync();
        var job = await _project.StartAsync();
        await _project.MoveAsync(job, "Failed", ", resume_to = 'Processing'");

        await DeleteAsync();

        await Eventually.HoldsAsync(async () => await _project.StateAsync(job) == "Discarded");
        Assert.Equal(("bench", "the pipeline was deleted: of no use"), (
            await bench.State.ScalarAsync<string>($"select actor from coordinator.job_command where job_id = '{job}'"),
            await bench.State.ScalarAsync<string>($"select reason from coordinator.job_command where job_id = '{job}'")));
        Assert.Equal("SubjectGone", await bench.State.ScalarAsync<string>($"select stop_cause from coordinator.sync_job where job_id = '{job}'"));
    }

    [Fact]
    public async Task Tables_that_a_job_of_it_can_still_write_are_free_once_that_has_ended()
    {
        await _project.ApplyAndLoseDestinationAsync();
        var job = await _project.StartAsync();
        await _project.MoveAsync(job, "Processing");
        await DeleteAsync(discard: true);

        await Refused.AsAsync(StatusCode.FailedPrecondition, bench.Admin.ApplyPipelineAsync(BenchProject.Request(_project.Text())));
        await _project.MoveAsync(job, "Discarded");
        await _project.ApplyAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Repeat_is_answered_as_the_first_though_nothing_is_there_any_more(bool byId)
    {
        var pipeline = await _project.ApplyAsync();
        var request = new DeletePipelineRequest
        {
            Pipeline = byId ? new PipelineReference { Id = pipeline.Id } : _project.Reference(),
            IdempotencyKey = _project.Name,
        };
        var first = await bench.Admin.DeletePipelineAsync(request);

        var again = await bench.Admin.DeletePipelineAsync(request);

        Assert.Equal(first, again);
    }

    [Fact]
    public async Task Ten_same_calls_at_once_delete_one_pipeline_and_discard_its_job_once()
    {
        await _project.ApplyAsync();
        var job = await _project.StartAsync();
        var request = new DeletePipelineRequest { Pipeline = _project.Reference(), DiscardActiveJob = true, IdempotencyKey = _project.Name };

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => bench.Admin.DeletePipelineAsync(request).ResponseAsync));

        Assert.Single(answers.Select(answer => answer.Sentence).Distinct());
        Assert.Equal(1, await _project.CountAsync($"coordinator.job_command where job_id = '{job}'"));
    }

    [Fact]
    public async Task Call_that_died_after_the_job_was_discarded_goes_on_with_its_repeat()
    {
        await _project.ApplyAndLoseDestinationAsync();
        var job = await _project.StartAsync();
        await _project.MoveAsync(job, "Processing");
        var request = new DeletePipelineRequest { Pipeline = _project.Reference(), DiscardActiveJob = true, IdempotencyKey = _project.Name };
        await bench.State.ExecuteAsync("alter table coordinator.idempotent_call add constraint nothing_is_kept check (response is null) not valid");
        try
        {
            await Assert.ThrowsAsync<RpcException>(() => bench.Admin.DeletePipelineAsync(request).ResponseAsync);
        }
        finally
        {
            await bench.State.ExecuteAsync("alter table coordinator.idempotent_call drop constraint nothing_is_kept");
        }

        Assert.Equal("Canceling", await _project.StateAsync(job));
        Assert.Equal(1, await _project.CountAsync($"coordinator.pipeline where project = '{_project.Name}' and deleted_at is null"));
        Assert.Equal(CommandOutcome.Accepted, (await bench.Admin.DeletePipelineAsync(request)).Outcome);
        Assert.Equal(1, await _project.CountAsync($"coordinator.job_command where job_id = '{job}'"));
    }

    [Fact]
    public async Task Delete_and_apply_at_the_same_time_do_not_wait_for_each_other_for_good()
    {
        await _project.ApplyAsync();
        Task<DeletePipelineResponse> deleting;
        Task<Pipeline> applying;
        await using (await bench.HoldAsync("lock table coordinator.pipeline_target in share row exclusive mode"))
        {
            deleting = DeleteAsync();
            applying = _project.ApplyAsync(more: "cursor: updated_at");
            await bench.WaitingForLocksAsync(2);
        }

        await Task.WhenAll(deleting, applying);
    }

    Task<DeletePipelineResponse> DeleteAsync(bool discard = false) => bench.Admin.DeletePipelineAsync(
        new DeletePipelineRequest { Pipeline = _project.Reference(), DiscardActiveJob = discard, Reason = "of no use" }).ResponseAsync;
}
