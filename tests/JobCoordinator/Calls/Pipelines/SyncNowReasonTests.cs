using Headgate.JobCoordinator.Tests.Watching;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Pipelines;

/// <summary>Why a run was asked for, wherever its job is shown.</summary>
[Collection(nameof(PipelineCollection))]
public sealed class SyncNowReasonTests(PipelineBench bench)
{
    const string Reason = "the mapping was mended";

    readonly BenchProject _project = bench.NewProject();

    [Fact]
    public async Task It_is_shown_by_all_that_show_the_job()
    {
        await _project.ApplyAsync();

        var answer = await SyncAsync(Reason);

        var job = new JobReference { Id = answer.Job.Id };
        using var watch = bench.Jobs.WatchJob(new WatchJobRequest { Job = job });
        using var list = bench.Jobs.WatchJobs(new WatchJobsRequest { Filter = new JobFilter { Project = _project.Name } });
        Job[] shown =
        [
            answer.Job,
            (await bench.Jobs.GetJobAsync(new GetJobRequest { Job = job })).Job,
            (await bench.Jobs.ListJobsAsync(new ListJobsRequest { Filter = new JobFilter { Project = _project.Name } })).Jobs.Single(),
            (await watch.NextAsync()).Job,
            (await list.NextAsync()).Jobs.Single(),
        ];
        Assert.All(shown, each => Assert.Equal(Reason, each.Trigger.Reason));
    }

    [Fact]
    public async Task It_is_shown_of_a_job_that_is_not_born_in_time()
    {
        await _project.ApplyAsync();
        await using (await bench.HoldAsync("lock table coordinator.sync_job in share mode"))
            Assert.Equal(Reason, (await SyncAsync(Reason)).Job.Trigger.Reason);
    }

    [Fact]
    public async Task It_is_kept_of_a_run_that_was_skipped()
    {
        await _project.ApplyAsync();
        var job = await _project.StartAsync();
        await _project.MoveAsync(job, "Processing");

        await Refused.ByAsync(Rule.ActiveJob, $"job:{job}", SyncCall(Reason));

        var skipped = (await bench.Admin.GetPipelineAsync(new GetPipelineRequest { Pipeline = _project.Reference() })).SkippedRuns.Single();
        Assert.Equal((Reason, "a job of the pipeline is active"), (skipped.Trigger.Reason, skipped.Reason));
    }

    [Fact]
    public async Task It_is_that_of_the_resume_of_a_failed_job()
    {
        await _project.ApplyAsync();
        var job = await _project.StartAsync();
        await _project.MoveAsync(job, "Failed", ", resume_to = 'Pending'");

        await SyncAsync(Reason);

        var commands = (await bench.Jobs.GetJobAsync(new GetJobRequest { Job = new JobReference { Id = job.ToString() } })).Commands;
        Assert.Equal((Operation.ResumeJob, Reason), (commands[0].Operation, commands[0].Reason));
    }

    [Fact]
    public async Task A_repeat_brings_one_that_was_left_empty_and_changes_none_that_was_given()
    {
        await _project.ApplyAsync();
        var key = Guid.NewGuid().ToString();
        Assert.Equal("", (await SyncAsync("", key)).Job.Trigger.Reason);

        Assert.Equal(Reason, (await SyncAsync(Reason, key)).Job.Trigger.Reason);
        Assert.Equal(Reason, (await SyncAsync("another", key)).Job.Trigger.Reason);
    }

    Task<SyncNowResponse> SyncAsync(string reason, string key = "") => SyncCall(reason, key).ResponseAsync;

    Grpc.Core.AsyncUnaryCall<SyncNowResponse> SyncCall(string reason, string key = "") =>
        bench.Admin.SyncNowAsync(new SyncNowRequest { Pipeline = _project.Reference(), Reason = reason, IdempotencyKey = key });
}
