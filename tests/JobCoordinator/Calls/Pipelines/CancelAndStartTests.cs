using Headgate.JobCoordinator.Tests.Watching;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Pipelines;

/// <summary>SyncNow and ResyncPipeline in place of the active job: what is answered, where the run is seen, and what drops it.</summary>
[Collection(nameof(PipelineCollection))]
public sealed class CancelAndStartTests(PipelineBench bench)
{
    readonly BenchProject _project = bench.NewProject();

    [Fact]
    public async Task Run_that_waits_is_seen_with_the_job_that_it_waits_for_wherever_that_is_shown()
    {
        await _project.ApplyAndLoseDestinationAsync();
        var job = await LaunchedAsync();

        var answer = await SyncAsync();

        Assert.Equal((RunOutcome.Waiting, job.ToString()), (answer.Outcome, answer.Job.Id));
        var run = answer.Job.SuccessorId;
        Assert.NotEmpty(run);
        await Eventually.HoldsAsync(async () => await _project.StateAsync(job) is "Pausing" or "Canceling");
        using var watch = bench.Jobs.WatchJob(new WatchJobRequest { Job = new JobReference { Id = job.ToString() } });
        using var list = bench.Jobs.WatchJobs(new WatchJobsRequest { Filter = new JobFilter { Project = _project.Name } });
        Job[] shown =
        [
            (await bench.Jobs.GetJobAsync(new GetJobRequest { Job = new JobReference { Id = job.ToString() } })).Job,
            (await bench.Jobs.ListJobsAsync(new ListJobsRequest { Filter = new JobFilter { Project = _project.Name } })).Jobs.Single(),
            (await watch.NextAsync()).Job,
            (await list.NextAsync()).Jobs.Single(),
        ];
        Assert.All(shown, each => Assert.Equal(run, each.SuccessorId));
        Assert.Equal(1, await _project.JobsAsync());
    }

    [Fact]
    public async Task Run_starts_by_the_end_of_the_job_and_both_tell_so()
    {
        await _project.ApplyAsync();
        var job = await _project.StartAsync();

        var answer = await SyncAsync(reason: "the mapping was mended");

        await Eventually.HoldsAsync(async () => await _project.StateAsync(Guid.Parse(answer.Job.SuccessorId)) == "Pending");
        var ended = (await bench.Jobs.GetJobAsync(new GetJobRequest { Job = new JobReference { Id = job.ToString() } })).Job;
        Assert.Equal((JobState.Canceled, answer.Job.SuccessorId, "bench"), (ended.State, ended.SuccessorId, ended.Stop.Actor));
        Assert.Contains("the mapping was mended", ended.Stop.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_that_is_not_the_one_that_was_shown_is_named_and_goes_on()
    {
        await _project.ApplyAsync();
        var (job, shown, key) = (await LaunchedAsync(), Guid.NewGuid(), Guid.NewGuid().ToString());

        var refusal = await Refused.ByAsync(Rule.ActiveJob, $"job:{job}", SyncCall(key: key, active: $"{shown}"));

        Assert.Equal((job.ToString(), JobState.Processing, Operation.CancelAndSyncNow), (refusal.JobId, refusal.JobState, refusal.WouldAccept[0]));
        Assert.Contains($"Job {job} ", refusal.Sentence, StringComparison.Ordinal);
        Assert.Contains($"not job {shown}, which was to be canceled", refusal.Sentence, StringComparison.Ordinal);
        Assert.Equal(("Processing", 1), (await _project.StateAsync(job), await _project.JobsAsync()));
        // With the job that is there it is accepted.
        Assert.Equal(RunOutcome.Waiting, (await SyncCall(active: $"{job}")).Outcome);
    }

    [Theory]
    [InlineData("contacts", OnActiveJob.CancelAndStart)]
    [InlineData("0197a1b2-0000-7000-8000-000000000001", OnActiveJob.Refuse)]
    public async Task Job_that_may_be_canceled_is_an_id_and_of_no_use_where_none_is(string active, OnActiveJob onActive)
    {
        await _project.ApplyAsync();

        var problem = Assert.Single(await Refused.InvalidAsync(bench.Admin.SyncNowAsync(
            new SyncNowRequest { Pipeline = _project.Reference(), OnActiveJob = onActive, ActiveJobId = active })));

        Assert.Equal("active_job_id", problem.Field);
        Assert.Equal(0, await _project.JobsAsync());
    }

    [Fact]
    public async Task Repeat_is_answered_alike_and_cancels_nothing_more()
    {
        await _project.ApplyAndLoseDestinationAsync();
        await LaunchedAsync();
        var key = Guid.NewGuid().ToString();
        var first = await SyncAsync(key: key);

        Assert.Equal((RunOutcome.Waiting, first.Job.SuccessorId), (await SyncAsync(key: key)) is var again ? (again.Outcome, again.Job.SuccessorId) : default);
        await bench.State.ExecuteAsync($"update coordinator.idempotent_call set response = null where idempotency_key = '{key}'");
        Assert.Equal((RunOutcome.Waiting, first.Job.SuccessorId), (await SyncAsync(key: key)) is var died ? (died.Outcome, died.Job.SuccessorId) : default);
    }

    [Fact]
    public async Task Second_one_is_refused_and_names_the_first()
    {
        await _project.ApplyAndLoseDestinationAsync();
        var job = await LaunchedAsync();
        var first = await SyncAsync();

        var key = Guid.NewGuid().ToString();

        var refusal = await Refused.ByAsync(Rule.SuccessorWaits, $"job:{job}", SyncCall(key: key));

        Assert.Contains(first.Job.SuccessorId, refusal.Sentence, StringComparison.Ordinal);
        // Whoever asks again is told the same, and where none waits any more that it was skipped.
        Assert.Contains(first.Job.SuccessorId, await AgainAsync(), StringComparison.Ordinal);
        await _project.SetAsync("successor = null, successor_told_at = null");
        Assert.Contains("was skipped already: another run waits", await AgainAsync(), StringComparison.Ordinal);

        // As after a death before the refusal was kept.
        async Task<string> AgainAsync()
        {
            await bench.State.ExecuteAsync($"update coordinator.idempotent_call set refused_with = null where idempotency_key = '{key}'");
            return (await Refused.ByAsync(Rule.SuccessorWaits, $"job:{job}", SyncCall(key: key))).Sentence;
        }
    }

    [Fact]
    public async Task Pause_of_the_pipeline_drops_it_with_a_record()
    {
        await _project.ApplyAndLoseDestinationAsync();
        var job = await LaunchedAsync();
        await SyncAsync();

        var answer = await bench.Admin.PausePipelineAsync(new PausePipelineRequest { Pipeline = _project.Reference() });

        Assert.Contains("the run that waited was dropped", answer.Sentence, StringComparison.Ordinal);
        Assert.Equal("", (await bench.Jobs.GetJobAsync(new GetJobRequest { Job = new JobReference { Id = job.ToString() } })).Job.SuccessorId);
        var skipped = (await bench.Admin.GetPipelineAsync(new GetPipelineRequest { Pipeline = _project.Reference() })).SkippedRuns.Single();
        Assert.Equal(("the pipeline was paused", job.ToString(), "bench"), (skipped.Reason, skipped.JobId, skipped.Trigger.Actor));
    }

    [Fact]
    public async Task Pause_of_the_pipeline_calls_off_a_resync_that_waits()
    {
        await _project.ApplyAndLoseDestinationAsync();
        var job = await LaunchedAsync();
        Assert.Equal(RunOutcome.Waiting, (await ResyncCall()).Outcome);

        var answer = await bench.Admin.PausePipelineAsync(new PausePipelineRequest { Pipeline = _project.Reference() });

        Assert.Equal((CommandOutcome.Accepted, PipelineState.Paused), (answer.Outcome, answer.Pipeline.State));
        Assert.Contains("the run that waited was dropped", answer.Sentence, StringComparison.Ordinal);
        Assert.Equal("", (await bench.Jobs.GetJobAsync(new GetJobRequest { Job = new JobReference { Id = job.ToString() } })).Job.SuccessorId);
    }

    [Fact]
    public async Task Pipeline_is_deleted_with_the_job_and_the_run_that_waits_for_it()
    {
        await _project.ApplyAsync();
        var job = await _project.StartAsync();
        await bench.State.ExecuteAsync(
            $$"""
              update coordinator.pipeline set successor_told_at = now(), successor = jsonb_build_object(
                  'runId', gen_random_uuid(), 'project', project, 'pipeline', name, 'trigger', 'SyncNow', 'actor', 'bench', 'resync', false)
              where project = '{{_project.Name}}'
              """);

        await bench.Admin.DeletePipelineAsync(new DeletePipelineRequest { Pipeline = _project.Reference(), DiscardActiveJob = true });

        Assert.Equal(("Discarded", 1), (await _project.StateAsync(job), await _project.JobsAsync()));
        // Dropped before it is decided whether the pipeline can be deleted: the reason holds either way.
        Assert.Equal("the pipeline was to be deleted", await bench.State.ScalarAsync<string>($"select reason from coordinator.skipped_run where job_id = '{job}'"));
    }

    [Fact]
    public async Task Resync_puts_the_pipeline_to_resyncing_and_its_job_shows_its_steps()
    {
        await _project.ApplyAsync();

        var answer = await ResyncCall();

        Assert.Equal((RunOutcome.Started, PipelineState.Resyncing, JobKind.Resync), (answer.Outcome, answer.Pipeline.State, answer.Job.Kind));
        Assert.Equal((TriggerKind.Resync, "bench"), (answer.Job.Trigger.Kind, answer.Job.Trigger.Actor));
        var job = (await bench.Jobs.GetJobAsync(new GetJobRequest { Job = new JobReference { Id = answer.Job.Id } })).Job;
        Assert.Equal(Enum.GetValues<JobTaskKind>().Skip(1), job.Tasks.Select(task => task.Kind));
        Assert.Equal(JobTaskState.Skipped, job.Tasks[0].State);
        Assert.All(job.Tasks.Where(task => task.Kind is not (JobTaskKind.EndActiveJob or JobTaskKind.HandleVanished or JobTaskKind.SwapTables)),
            task => Assert.Equal(JobTaskState.Waiting, task.State));
    }

    [Fact]
    public async Task Resync_cancels_the_active_job_first()
    {
        await _project.ApplyAsync();
        var job = await _project.StartAsync();

        var answer = await ResyncCall();

        Assert.Equal((RunOutcome.Waiting, job.ToString(), PipelineState.Resyncing), (answer.Outcome, answer.Job.Id, answer.Pipeline.State));
        await Eventually.HoldsAsync(async () => await _project.StateAsync(Guid.Parse(answer.Job.SuccessorId)) == "Pending");
        var resync = (await bench.Jobs.GetJobAsync(new GetJobRequest { Job = new JobReference { Id = answer.Job.SuccessorId } })).Job;
        Assert.Equal((JobKind.Resync, JobTaskState.Done, $"Job {job} is Canceled."), (resync.Kind, resync.Tasks[0].State, resync.Tasks[0].Detail));
    }

    [Fact]
    public async Task Resync_of_a_pipeline_that_is_not_enabled_is_refused_by_rule_and_starts_nothing()
    {
        var pipeline = await _project.ApplyAsync();
        await _project.SetAsync("state = 'Failed'");

        var refusal = await Refused.ByAsync(Rule.PipelineTakesNoRuns, $"pipeline:{pipeline.Id}", ResyncCall());

        Assert.Equal((PipelineState.Failed, Operation.EnablePipeline), (refusal.PipelineState, refusal.WouldAccept[0]));
        Assert.Equal(0, await _project.JobsAsync());
    }

    [Fact]
    public async Task Resync_that_is_asked_for_again_is_one()
    {
        await _project.ApplyAsync();
        var key = Guid.NewGuid().ToString();

        var (first, again) = (await ResyncCall(key), await ResyncCall(key));

        Assert.Equal((first.Job.Id, RunOutcome.Started, PipelineState.Resyncing), (again.Job.Id, again.Outcome, again.Pipeline.State));
        Assert.Equal(1, await _project.JobsAsync());
    }

    [Fact]
    public async Task Resync_that_became_a_plain_run_on_its_way_is_not_told_as_a_resync()
    {
        await _project.ApplyAsync();
        var key = Guid.NewGuid().ToString();
        var job = (await ResyncCall(key)).Job.Id;
        // As it is where the scheduler that hands it on knows no resync.
        await bench.State.ExecuteAsync($"update coordinator.sync_job set kind = 'Incremental' where job_id = '{job}'");
        await bench.State.ExecuteAsync($"update coordinator.idempotent_call set response = null where idempotency_key = '{key}'");

        var error = await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => ResyncCall(key).ResponseAsync);

        Assert.Equal(Grpc.Core.StatusCode.Unavailable, error.StatusCode);
        Assert.Contains($"job {job} is a plain run", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failed_resync_is_left_behind_by_enabling_the_pipeline()
    {
        await _project.ApplyAsync();
        var job = Guid.Parse((await ResyncCall()).Job.Id);
        await _project.MoveAsync(job, "Failed", ", resume_to = 'Pending'");
        await _project.SetAsync("state = 'Failed'");

        await bench.Admin.EnablePipelineAsync(new EnablePipelineRequest { Pipeline = _project.Reference() });
        var answer = await bench.Admin.SyncNowAsync(new SyncNowRequest { Pipeline = _project.Reference() });

        Assert.Equal((RunOutcome.Resumed, job.ToString()), (answer.Outcome, answer.Job.Id));
        await Eventually.HoldsAsync(async () => (await bench.Admin.GetPipelineAsync(
            new GetPipelineRequest { Pipeline = _project.Reference() })).Pipeline.State == PipelineState.Resyncing);
    }

    /// <summary>A job that no fence will confirm the stop of.</summary>
    async Task<Guid> LaunchedAsync()
    {
        var job = await _project.StartAsync();
        await _project.MoveAsync(job, "Processing", ", phase = 'Loading'");
        return job;
    }

    Task<SyncNowResponse> SyncAsync(string reason = "", string key = "") => SyncCall(reason, key).ResponseAsync;

    Grpc.Core.AsyncUnaryCall<SyncNowResponse> SyncCall(string reason = "", string key = "", string active = "") =>
        bench.Admin.SyncNowAsync(new SyncNowRequest
        {
            Pipeline = _project.Reference(),
            OnActiveJob = OnActiveJob.CancelAndStart,
            ActiveJobId = active,
            Reason = reason,
            IdempotencyKey = key,
        });

    Grpc.Core.AsyncUnaryCall<ResyncPipelineResponse> ResyncCall(string key = "") =>
        bench.Admin.ResyncPipelineAsync(new ResyncPipelineRequest { Pipeline = _project.Reference(), IdempotencyKey = key });
}
