using Headgate.JobCoordinator.Tests.Calls.Pipelines;
using Headgate.JobCoordinator.Tests.Calls.Repairs;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Reading;

/// <summary>ListRejected, with the records at a real destination.</summary>
[Collection(nameof(PipelineCollection))]
public sealed class ListRejectedTests(PipelineBench bench)
{
    readonly BenchProject _project = bench.NewProject();

    [Fact]
    public async Task Job_whose_log_is_kept_no_longer_is_refused_and_one_without_launch_has_none()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        await bench.State.ExecuteAsync($"update coordinator.sync_job set log_purged_at = now() where job_id = '{run.Id}'");
        await Refused.ByAsync(Rule.NothingRecorded, $"job:{run.Id}", bench.Records.ListRejectedAsync(new ListRejectedRequest { Job = run.Reference }));
        var pending = await _project.StartAsync();
        Assert.Empty((await bench.Records.ListRejectedAsync(new ListRejectedRequest { Job = new JobReference { Id = pending.ToString() } })).Records);
    }
}
