using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Reading;

/// <summary>What is rare among very many rows is found without reading the others.</summary>
public sealed class ManyRowsTests(ReadingBench bench) : IClassFixture<ReadingBench>
{
    [Fact]
    public async Task Rare_jobs_of_a_pipeline_are_found_by_an_index_of_their_own()
    {
        var project = bench.NewProject();
        var rare = await project.JobAsync("Canceled", pipeline: "rare");
        var open = await project.JobAsync("Failed", second: 1, pipeline: "rare");
        await ManyAsync(project, "rare", "Completed");
        await ManyAsync(project, "other", "Canceled");

        var filter = new JobFilter { Project = project.Name, Pipeline = "rare", States = { JobState.Canceled, JobState.Failed } };
        var ask = async () => (await bench.Jobs.ListJobsAsync(new ListJobsRequest { Filter = filter })).Jobs;

        Assert.Equal([open.ToString(), rare.ToString()], (await ask()).Select(job => job.Id));
        await IsUsedAsync("job_ended_of_pipeline", ask);
    }

    [Fact]
    public async Task Open_jobs_of_a_pipeline_and_of_a_project_are_found_among_those_of_all_by_indexes_of_their_own()
    {
        var (many, few) = (bench.NewProject(), bench.NewProject());
        await many.PipelineAsync("failing");
        await ManyAsync(many, "failing", "Failed", finished: "null");
        var job = await few.JobAsync("Failed", pipeline: "one");
        await bench.Database.ExecuteAsync("analyze coordinator.sync_job");

        var ask = async () =>
        {
            foreach (var filter in (JobFilter[])[new() { Project = few.Name, Pipeline = "one" }, new() { Project = few.Name }])
                Assert.Equal([job.ToString()], (await bench.Jobs.ListJobsAsync(new ListJobsRequest { Filter = filter })).Jobs.Select(found => found.Id));
        };

        await IsUsedAsync("job_open_of_pipeline", ask);
        await IsUsedAsync("job_open_of_project", ask);
    }

    [Fact]
    public async Task Tables_that_are_given_up_are_found_by_an_index_of_their_own()
    {
        var project = bench.NewProject();
        await bench.Database.ExecuteAsync(
            $"""
             insert into coordinator.pipeline_target (pipeline_id, version, destination, target, latest)
             select '{await project.PipelineAsync("owner")}', 1, 'elsewhere', 'public.t' || no, true from generate_series(1, 20000) no;
             analyze coordinator.pipeline_target
             """);

        await IsUsedAsync("target_given_up", () => project.PipelineAsync($"n{Guid.NewGuid():N}"[..20]));
    }

    async Task ManyAsync(TestProject project, string pipeline, string state, string finished = "now()")
    {
        if (pipeline == "other") await project.PipelineAsync(pipeline);
        await bench.Database.ExecuteAsync(
            $"""
             insert into coordinator.sync_job (job_id, state, job_no, pipeline_id, pipeline_version, project, pipeline, kind, trigger, actor,
                                               attempt, epoch, phase, created_at, finished_at)
             select gen_random_uuid(), '{state}', nextval('coordinator.job_no') + 10000000, pipeline_id, 1, project, name, 'Incremental', 'Schedule',
                    'headgate', 1, 0, 'None', now(), {finished}::timestamptz
             from coordinator.pipeline, generate_series(1, 5000) where project = '{project.Name}' and name = '{pipeline}';
             analyze coordinator.sync_job
             """);
    }

    // A session tells what it used with the statement that ends a second after the last time, and ten seconds after that if none does.
    Task IsUsedAsync(string index, Func<Task> ask) => Eventually.HoldsAsync(async () =>
    {
        await ask();
        return await bench.Database.ScalarAsync<long>($"select idx_scan from pg_stat_user_indexes where indexrelname = '{index}'") > 0;
    });
}
