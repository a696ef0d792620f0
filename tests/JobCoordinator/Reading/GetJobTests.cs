using Grpc.Core;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Reading;

/// <summary>How a job is named, and what is shown of it.</summary>
public sealed class GetJobTests(ReadingBench bench) : IClassFixture<ReadingBench>
{
    [Fact]
    public async Task Job_is_found_by_id_by_Request_ID_and_as_its_pipelines_active_one()
    {
        var project = bench.NewProject();
        await project.JobAsync("Completed", 0, "one");
        var (job, request) = ((await project.JobAsync("Processing", 1, "one")).ToString(), Guid.NewGuid().ToString());
        await project.SetAsync(Guid.Parse(job), $"request_id = '{request}', launched_at = now()");
        var pipeline = (await GetAsync(new JobReference { Id = job })).PipelineId;

        Assert.Equal(job, (await GetAsync(new JobReference { RequestId = request })).Id);
        Assert.Equal(job, (await GetAsync(new JobReference { Pipeline = project.Reference("one") })).Id);
        Assert.Equal(job, (await GetAsync(new JobReference { Pipeline = new PipelineReference { Id = pipeline } })).Id);
    }

    [Fact]
    public async Task Without_an_active_job_the_pipelines_last_one_is_named()
    {
        var project = bench.NewProject();
        await project.PipelineAsync("never");
        await project.JobAsync("Completed", 0, "one");
        var last = await project.JobAsync("Canceled", 1, "one");
        // One that was stopped while collecting has left its pipeline free.
        await project.SetAsync(await project.JobAsync("Paused", 0, "two"), "resume_to = 'Collecting'");

        Assert.Contains($"{last}, Canceled", await MissingAsync(new JobReference { Pipeline = project.Reference("one") }), StringComparison.Ordinal);
        Assert.Contains("Paused", await MissingAsync(new JobReference { Pipeline = project.Reference("two") }), StringComparison.Ordinal);
        Assert.Contains("none yet", await MissingAsync(new JobReference { Pipeline = project.Reference("never") }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deleted_job_is_found_by_its_id()
    {
        var job = await bench.NewProject().JobAsync();
        await bench.Database.ExecuteAsync(TestProject.Update(job, "deleted_at = now()"));

        Assert.NotNull((await GetAsync(new JobReference { Id = job.ToString() })).Deleted);
    }

    [Fact]
    public async Task Job_that_is_not_there_is_not_found_and_one_that_is_not_named_is_refused()
    {
        var id = Guid.NewGuid().ToString();
        Assert.Contains(id, await MissingAsync(new JobReference { Id = id }), StringComparison.Ordinal);
        Assert.Contains(id, await MissingAsync(new JobReference { RequestId = id }), StringComparison.Ordinal);
        Assert.Contains("nowhere/none", await MissingAsync(Named("nowhere", "none")), StringComparison.Ordinal);
        foreach (var wrong in (JobReference?[])[null, new JobReference(), new JobReference { Id = "17" }, Named("project", ""), Named("", "name"), Named("p", "n", id)])
        {
            var refused = await Assert.ThrowsAsync<RpcException>(() => GetAsync(wrong));
            Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
            Assert.StartsWith("job", refused.GetRpcStatus()!.GetDetail<Google.Rpc.BadRequest>().FieldViolations.Single().Field, StringComparison.Ordinal);
        }

        static JobReference Named(string project, string name, string id = "") =>
            new() { Pipeline = new PipelineReference { Project = project, Name = name, Id = id } };
    }

    [Fact]
    public async Task Job_that_was_accepted_and_is_not_there_yet_is_waited_for()
    {
        var project = bench.NewProject();
        var (other, id) = (await project.JobAsync("Completed", 0, "one"), Guid.NewGuid());
        await bench.Database.ExecuteAsync($"update coordinator.pipeline set current_job_id = '{id}' where project = '{project.Name}'");

        var late = await Assert.ThrowsAsync<RpcException>(() => GetAsync(new JobReference { Id = $"{id}" }));
        Assert.Equal((StatusCode.Unavailable, $"Job {id} was accepted and is not there yet: ask again."), (late.StatusCode, late.Status.Detail));
        var foreign = await Assert.ThrowsAsync<RpcException>(
            async () => await bench.Jobs.GetJobAsync(new GetJobRequest { Job = new JobReference { Id = $"{id}" } }, ReadingBench.BoundTo("another")));
        Assert.Equal(StatusCode.NotFound, foreign.StatusCode);

        var coming = GetAsync(new JobReference { Id = $"{id}" });
        await bench.Database.ExecuteAsync(
            $"""
             insert into coordinator.sync_job
             select (jsonb_populate_record(j, jsonb_build_object('job_id', '{id}', 'job_no', 1000000000))).*
             from coordinator.sync_job j where job_id = '{other}'
             """);
        Assert.Equal($"{id}", (await coming).Id);
    }

    [Fact]
    public async Task Objects_show_what_was_done_of_each_in_this_attempt()
    {
        var job = await bench.NewProject().JobAsync("Processing");
        await bench.Database.ExecuteAsync(
            $"""
             update coordinator.sync_job set attempt = 2, extracted = 30, written = 12 where job_id = '{job}';
             insert into coordinator.job_object (job_id, object_no, state, source, destination, object_key, full_read, estimated_rows, next_segment_no) values
                 ('{job}', 0, 'Extracted', 'public.a', 'public.x', 'a', true, 40, 2), ('{job}', 2, 'Extracting', 'public.b', 'public.y', 'b', false, 900, 1),
                 ('{job}', 5, 'Unplanned', 'public.c', 'public.z', 'c', true, -1, 0);
             insert into coordinator.job_segment (job_id, attempt, object_no, segment_no, state, copy, rows, written, inserted, updated) values
                 ('{job}', 1, 0, 0, 'Loaded', gen_random_uuid(), 1000, 1000, 1000, 0), ('{job}', 2, 0, 0, 'Loaded', gen_random_uuid(), 10, 10, 7, 3),
                 ('{job}', 2, 0, 1, 'Loading', gen_random_uuid(), 20, 2, 0, 0), ('{job}', 2, 0, 2, 'Abandoned', gen_random_uuid(), 5, 5, 5, 0)
             """);

        var objects = (await GetAsync(new JobReference { Id = job.ToString() })).Objects;

        Assert.Equal([0, 2, 5], objects.Select(o => o.Number));
        Assert.Equal((30L, 12L, 7L, 3L, 40L), (objects[0].Counts.Extracted, objects[0].Counts.Written, objects[0].Counts.Inserted, objects[0].Counts.Updated, objects[0].Counts.SourceEstimate));
        Assert.Equal((true, false, false), (objects[0].FullRead, objects[1].FullRead, objects[2].HasFullRead));
        Assert.Equal((false, false), (objects[1].Counts.HasSourceEstimate, objects[2].Counts.HasSourceEstimate));
    }

    async Task<Job> GetAsync(JobReference? job) => (await bench.Jobs.GetJobAsync(new GetJobRequest { Job = job })).Job;

    async Task<string> MissingAsync(JobReference job)
    {
        var missing = await Assert.ThrowsAsync<RpcException>(() => GetAsync(job));
        Assert.Equal(StatusCode.NotFound, missing.StatusCode);
        return missing.Status.Detail;
    }
}
