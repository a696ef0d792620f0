using Grpc.Core;
using Headgate.Contracts.Runs;
using Headgate.Hosting.Bus;
using Headgate.V1;
using MassTransit;
using JobKind = Headgate.V1.JobKind;
using OnActiveJob = Headgate.V1.OnActiveJob;
using RunOutcome = Headgate.V1.RunOutcome;
using TriggerKind = Headgate.V1.TriggerKind;

namespace Headgate.JobCoordinator.Tests.Calls.Pipelines;

/// <summary>SyncNow: what is started, and what is in the way.</summary>
[Collection(nameof(PipelineCollection))]
public sealed class SyncNowTests(PipelineBench bench)
{
    readonly BenchProject _project = bench.NewProject();

    [Fact]
    public async Task First_run_is_historical_and_shown_with_who_asked_for_it()
    {
        var pipeline = await _project.ApplyAsync();

        var answer = await SyncAsync();

        Assert.Equal((RunOutcome.Started, JobKind.Historical, JobState.Pending), (answer.Outcome, answer.Job.Kind, answer.Job.State));
        Assert.Equal((TriggerKind.SyncNow, "", "bench"), (answer.Job.Trigger.Kind, answer.Job.Trigger.Detail, answer.Job.Trigger.Actor));
        Assert.Equal((pipeline.Id, 1, _project.Name, "contacts"), (answer.Job.PipelineId, answer.Job.PipelineVersion, answer.Job.Project, answer.Job.Pipeline));
        Assert.Contains("reads all records", answer.Sentence, StringComparison.Ordinal);
        Assert.Equal(answer.Job, (await bench.Jobs.GetJobAsync(new GetJobRequest { Job = new JobReference { Id = answer.Job.Id } })).Job);
    }

    [Fact]
    public async Task Run_over_offsets_is_incremental()
    {
        var pipeline = await _project.ApplyAsync();
        var job = await _project.StartAsync();
        await _project.MoveAsync(job, "Completed");
        await bench.State.ExecuteAsync(
            $"""
             insert into coordinator.object_offset (pipeline_id, object_key, job_id, attempt, object_no) values ('{pipeline.Id}', 'k', '{job}', 1, 0)
             """);

        var answer = await SyncAsync();

        Assert.Equal(JobKind.Incremental, answer.Job.Kind);
        Assert.Contains("what has changed", answer.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Program_that_says_what_it_runs_for_is_the_trigger()
    {
        await _project.ApplyAsync();

        var answer = await bench.Admin.SyncNowAsync(new SyncNowRequest { Pipeline = _project.Reference(), TriggerDetail = "nightly/17", ConfirmFullLoad = true });

        Assert.Equal((TriggerKind.Api, "nightly/17"), (answer.Job.Trigger.Kind, answer.Job.Trigger.Detail));
    }

    [Fact]
    public async Task Active_job_is_named_and_the_skipped_run_recorded()
    {
        await _project.ApplyAsync();
        var job = await _project.StartAsync();
        await _project.MoveAsync(job, "Processing");

        var refusal = await Refused.ByAsync(Rule.ActiveJob, $"job:{job}", bench.Admin.SyncNowAsync(new SyncNowRequest { Pipeline = _project.Reference() }));

        Assert.Equal((job.ToString(), JobState.Processing), (refusal.JobId, refusal.JobState));
        Assert.Equal(
            [Operation.CancelAndSyncNow, Operation.PauseJob, Operation.PauseAndCancelJob, Operation.ForceCancelJob, Operation.DiscardJob, Operation.SetJobRate],
            refusal.WouldAccept);
        var skipped = (await bench.Admin.GetPipelineAsync(new GetPipelineRequest { Pipeline = _project.Reference() })).SkippedRuns.Single();
        Assert.Equal((job.ToString(), "bench"), (skipped.JobId, skipped.Trigger.Actor));
        Assert.Equal(1, await _project.JobsAsync());
    }

    [Theory]
    [InlineData("Paused", Operation.EnablePipeline)]
    [InlineData("Failed", Operation.EnablePipeline)]
    [InlineData("Resyncing", Operation.ApplyPipeline)]
    public async Task Pipeline_that_takes_no_runs_is_named_with_its_state(string state, Operation instead)
    {
        var pipeline = await _project.ApplyAsync();
        await _project.SetAsync($"state = '{state}'");

        var refusal = await Refused.ByAsync(Rule.PipelineTakesNoRuns, $"pipeline:{pipeline.Id}", bench.Admin.SyncNowAsync(new SyncNowRequest { Pipeline = _project.Reference() }));

        Assert.Equal((Enum.Parse<PipelineState>(state), instead), (refusal.PipelineState, refusal.WouldAccept[0]));
        Assert.Equal(0, await _project.JobsAsync());
    }

    [Fact]
    public async Task Resync_that_a_guard_holds_is_named_with_the_ways_out()
    {
        var pipeline = await _project.ApplyAsync();
        var job = await _project.StartAsync();
        await _project.MoveAsync(job, "Paused", ", kind = 'Resync', intent = 'Pause', resume_to = 'Initializing', stop_cause = 'Guard'");
        await _project.SetAsync("state = 'Resyncing'");

        var refusal = await Refused.ByAsync(Rule.PipelineTakesNoRuns, $"pipeline:{pipeline.Id}", bench.Admin.SyncNowAsync(new SyncNowRequest { Pipeline = _project.Reference() }));

        Assert.Equal((job.ToString(), JobState.Paused, true), (refusal.JobId, refusal.JobState, refusal.Held));
        Assert.Equal(Operation.ResumeJob, refusal.WouldAccept[0]);
        Assert.Contains(Operation.CancelJob, refusal.WouldAccept);
        Assert.Equal(
            $"Pipeline {_project.Name}/contacts is Resyncing: it takes runs again when its resync has ended. That is job {job}, which a guard holds until somebody lets it "
            + "pass or cancels it.",
            refusal.Sentence);
    }

    [Fact]
    public async Task Failed_job_goes_on_instead()
    {
        await _project.ApplyAsync();
        var job = await _project.StartAsync();
        await _project.MoveAsync(job, "Failed", ", resume_to = 'Pending'");

        var answer = await SyncAsync();

        Assert.Equal((RunOutcome.Resumed, job.ToString(), JobState.Pending), (answer.Outcome, answer.Job.Id, answer.Job.State));
        Assert.Equal(1, await _project.JobsAsync());
    }

    [Fact]
    public async Task Failed_job_of_an_older_version_is_superseded()
    {
        await _project.ApplyAsync();
        var job = await _project.StartAsync();
        await _project.MoveAsync(job, "Failed", ", resume_to = 'Pending'");
        await _project.ApplyAsync(more: "cursor: updated_at");

        var answer = await SyncAsync();

        Assert.Equal((RunOutcome.Started, 2), (answer.Outcome, answer.Job.PipelineVersion));
        Assert.Equal("Discarded", await _project.StateAsync(job));
    }

    [Fact]
    public async Task Pipeline_of_the_same_name_is_not_started_for_one_that_was_deleted()
    {
        var pipeline = await _project.ApplyAsync();
        await bench.Admin.DeletePipelineAsync(new DeletePipelineRequest { Pipeline = _project.Reference() });
        await _project.ApplyAsync();
        var client = bench.Bus.CreateRequestClient<StartRun>(Lanes.Address(Lanes.Runs));

        var answer = await client.GetResponse<RunAnswered>(new StartRun
        {
            RunId = Guid.NewGuid(),
            Project = _project.Name,
            Pipeline = "contacts",
            PipelineId = Guid.Parse(pipeline.Id),
            Trigger = Contracts.Runs.TriggerKind.SyncNow,
            Actor = "tester",
        });

        Assert.Equal(RunRule.Missing, answer.Message.Rule);
        Assert.Equal(0, await _project.JobsAsync());
    }

    [Fact]
    public async Task Wrong_fields_are_named()
    {
        await _project.ApplyAsync();
        var detail = new SyncNowRequest { Pipeline = _project.Reference(), TriggerDetail = new string('x', 201) };
        var active = new SyncNowRequest { Pipeline = _project.Reference(), OnActiveJob = (OnActiveJob)9 };

        Assert.Equal("trigger_detail", Assert.Single(await Refused.InvalidAsync(bench.Admin.SyncNowAsync(detail))).Field);
        Assert.Equal("on_active_job", Assert.Single(await Refused.InvalidAsync(bench.Admin.SyncNowAsync(active))).Field);
        Assert.Equal("pipeline", Assert.Single(await Refused.InvalidAsync(bench.Admin.SyncNowAsync(new SyncNowRequest { Pipeline = new PipelineReference() }))).Field);
    }

    [Fact]
    public async Task Job_that_is_not_born_in_time_is_shown_as_it_will_be()
    {
        var pipeline = await _project.ApplyAsync();
        SyncNowResponse answer;
        await using (await bench.HoldAsync("lock table coordinator.sync_job in share mode")) answer = await SyncAsync();

        Assert.Equal((JobState.Pending, JobKind.Historical, pipeline.Id, 1), (answer.Job.State, answer.Job.Kind, answer.Job.PipelineId, answer.Job.PipelineVersion));
        await Eventually.HoldsAsync(async () => await _project.StateAsync(Guid.Parse(answer.Job.Id)) == "Pending");
    }

    [Fact]
    public async Task Caller_waits_no_longer_than_the_deadline_says()
    {
        var pipeline = await _project.ApplyAsync();
        await using var held = await bench.HoldAsync($"select from coordinator.pipeline where pipeline_id = '{pipeline.Id}' for update");

        await Refused.AsAsync(StatusCode.DeadlineExceeded, bench.Admin.SyncNowAsync(
            new SyncNowRequest { Pipeline = _project.Reference() }, deadline: DateTime.UnixEpoch + (TimeProvider.System.GetUtcNow().AddSeconds(1) - DateTimeOffset.UnixEpoch)));
    }

    Task<SyncNowResponse> SyncAsync() => bench.Admin.SyncNowAsync(new SyncNowRequest { Pipeline = _project.Reference() }).ResponseAsync;
}
