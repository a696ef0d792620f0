using Headgate.JobCoordinator.Tests.Watching;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Jobs;

/// <summary>Deleted jobs are hidden from lists, and nothing else.</summary>
[Collection(nameof(CommandCollection))]
public sealed class DeletionTests(CommandBench bench)
{
    [Fact]
    public async Task Deleted_job_is_in_no_list_and_found_by_id_and_request_id()
    {
        var project = CommandBench.NewProject();
        var (deleted, kept) = (await bench.JobAsync("Completed", project), await bench.JobAsync("Completed", project));

        var answer = await Asked.AskAsync(bench.Jobs, Operation.DeleteJob, CommandBench.Named(deleted), "of a test");

        Assert.NotNull(answer.Job.Deleted);
        Assert.Equal([kept.ToString()], await ListedAsync(new JobFilter { Project = project }));
        Assert.Equal(2, (await ListedAsync(new JobFilter { Project = project, IncludeDeleted = true })).Count);
        var found = await bench.Jobs.GetJobAsync(new GetJobRequest { Job = new JobReference { RequestId = answer.Job.RequestId } });
        Assert.Equal((deleted.ToString(), "of a test"), (found.Job.Id, Assert.Single(found.Commands).Reason));
    }

    [Fact]
    public async Task Deleted_again_it_is_already_so_and_stays_deleted_since_then()
    {
        var job = CommandBench.Named(await bench.JobAsync("Canceled"));
        var first = await Asked.AskAsync(bench.Jobs, Operation.DeleteJob, job);

        var second = await Asked.AskAsync(bench.Jobs, Operation.DeleteJob, job);

        Assert.Equal((CommandOutcome.AlreadySo, first.Job.Deleted), (second.Outcome, second.Job.Deleted));
        var records = (await bench.GetAsync(Guid.Parse(job.Id))).Commands;
        Assert.Equal([CommandOutcome.AlreadySo, CommandOutcome.Accepted], records.Select(command => command.Outcome));
    }

    [Fact]
    public async Task Deletions_that_wait_for_their_job_leave_connections_for_the_calls_of_others()
    {
        var (held, other) = (await bench.JobAsync("Completed"), await bench.JobAsync("Completed"));
        List<Task<DeleteJobResponse>> waiting;
        await using (await bench.HoldAsync(held))
        {
            waiting = [.. Enumerable.Range(0, 80).Select(_ => bench.Jobs.DeleteJobAsync(new DeleteJobRequest { Job = CommandBench.Named(held) }).ResponseAsync)];
            await bench.WaitingForLocksAsync(16);

            Assert.Equal(other.ToString(), (await bench.GetAsync(other)).Job.Id);
            Assert.Equal(["16"], (await bench.RowsAsync(
                "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")).Single());
        }

        await Task.WhenAll(waiting);
    }

    [Fact]
    public async Task Who_watches_a_list_sees_the_job_removed()
    {
        var project = CommandBench.NewProject();
        var job = await bench.JobAsync("Completed", project);
        using var watch = bench.Jobs.WatchJobs(new WatchJobsRequest { Filter = new JobFilter { Project = project } });
        Assert.Equal(job.ToString(), (await watch.NextAsync()).Jobs.Single().Id);

        await Asked.AskAsync(bench.Jobs, Operation.DeleteJob, CommandBench.Named(job));

        Assert.Equal([job.ToString()], (await watch.NextAsync()).RemovedIds);
    }

    async Task<List<string>> ListedAsync(JobFilter filter) =>
        [.. (await bench.Jobs.ListJobsAsync(new ListJobsRequest { Filter = filter })).Jobs.Select(job => job.Id)];
}
