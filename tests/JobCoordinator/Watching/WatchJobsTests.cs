using Grpc.Core;
using Headgate.JobCoordinator.Reading;
using Headgate.JobCoordinator.Tests.Reading;
using Headgate.JobCoordinator.Watching;
using Headgate.V1;
using Npgsql;

namespace Headgate.JobCoordinator.Tests.Watching;

/// <summary>A list of jobs, as it changes.</summary>
public sealed class WatchJobsTests(ReadingBench bench) : IClassFixture<ReadingBench>
{
    [Fact]
    public async Task List_begins_with_all_that_is_there_and_goes_on_with_what_changes()
    {
        var project = bench.NewProject();
        var (ended, running) = (await project.JobAsync("Completed"), await project.JobAsync("Processing", 1));
        using var watch = Watch(project.Filter);

        var first = await watch.NextAsync();
        Assert.Equal((true, true), (first.Reset, first.CaughtUp));
        Assert.Equal([running.ToString(), ended.ToString()], first.Jobs.Select(job => job.Id));

        await project.SetAsync(running, "written = 3");
        var changed = await watch.NextAsync();
        Assert.Equal((false, true, 3), (changed.Reset, changed.CaughtUp, changed.Jobs.Single().Counts.Written));

        var added = await project.JobAsync("Pending", 2);
        Assert.Equal(added.ToString(), (await watch.NextAsync()).Jobs.Single().Id);

        await project.SetAsync(ended, "deleted_at = now()");
        Assert.Equal([ended.ToString()], (await watch.NextAsync()).RemovedIds);
    }

    [Fact]
    public async Task Empty_list_is_said_to_be_complete()
    {
        using var watch = Watch(bench.NewProject().Filter);
        var first = await watch.NextAsync();
        Assert.Equal((0, true, true), (first.Jobs.Count, first.Reset, first.CaughtUp));
    }

    [Fact]
    public async Task Job_that_is_no_longer_let_through_is_removed_once_and_one_that_never_was_is_not()
    {
        var project = bench.NewProject();
        var (leaving, never) = (await project.JobAsync("Processing"), await project.JobAsync("Paused"));
        using var watch = Watch(new JobFilter { Project = project.Name, States = { JobState.Processing, JobState.Completed } });
        await watch.NextAsync();

        await project.SetAsync(never, "written = 1");
        await project.MoveAsync(leaving, "Pausing");
        Assert.Equal([leaving.ToString()], (await watch.NextAsync()).RemovedIds);

        await project.SetAsync(leaving, "written = 1");
        await project.MoveAsync(never, "Completed");
        var entered = await watch.NextAsync();
        Assert.Equal((never.ToString(), 0), (entered.Jobs.Single().Id, entered.RemovedIds.Count));
    }

    [Fact]
    public async Task Stream_that_broke_off_misses_nothing_not_even_what_was_under_way()
    {
        var project = bench.NewProject();
        var filter = new JobFilter { Project = project.Name, States = { JobState.Processing } };
        var (late, leaving, still, marker) = (await project.JobAsync("Processing"), await project.JobAsync("Processing"), await project.JobAsync("Processing"), await project.JobAsync("Processing"));
        await using var session = await bench.Database.DataSource.OpenConnectionAsync();
        string token;
        using (var watch = Watch(filter))
        {
            await watch.NextAsync();
            await ExecuteAsync(session, $"begin; {TestProject.Update(late, "written = 7")}");
            await project.SetAsync(marker, "written = 1");
            token = (await watch.NextAsync()).ResumeToken;
        }

        await ExecuteAsync(session, "commit");
        await project.MoveAsync(leaving, "Failed");
        using var resumed = Watch(filter, token);

        var first = await resumed.NextAsync();
        Assert.Equal((false, true), (first.Reset, first.CaughtUp));
        Assert.Equal((late.ToString(), 7), first.Jobs.Select(job => (job.Id, job.Counts.Written)).Single());
        Assert.Equal([leaving.ToString()], first.RemovedIds);
        await project.MoveAsync(still, "Paused");
        Assert.Equal([still.ToString()], (await resumed.NextAsync()).RemovedIds);
    }

    [Fact]
    public async Task Long_list_comes_in_parts_and_is_gone_on_with_where_it_broke_off()
    {
        var project = bench.NewProject();
        await ManyAsync(project, 1_200);
        WatchJobsResponse first;
        using (var watch = Watch(project.Filter))
        {
            first = await watch.NextAsync();
            var (second, third) = (await watch.NextAsync(), await watch.NextAsync());
            Assert.Equal([(true, false), (false, false), (false, true)], [(first.Reset, first.CaughtUp), (second.Reset, second.CaughtUp), (third.Reset, third.CaughtUp)]);
            Assert.Equal(1_200, new[] { first, second, third }.SelectMany(part => part.Jobs).Select(job => job.Id).Distinct(StringComparer.Ordinal).Count());
        }

        var changed = Guid.Parse(first.Jobs[3].Id);
        await project.SetAsync(changed, "error = 'late'");
        using var resumed = Watch(project.Filter, first.ResumeToken);
        var shown = new List<Job>();
        WatchJobsResponse part;
        do
        {
            part = await resumed.NextAsync();
            Assert.False(part.Reset);
            shown.AddRange(part.Jobs);
        }
        while (!part.CaughtUp);

        Assert.Equal(701, shown.Count);
        Assert.Equal("late", shown.Single(job => job.Id == changed.ToString()).Error.Sentence);
        Assert.Empty(shown.Select(job => job.Id).Except([changed.ToString()]).Intersect(first.Jobs.Select(job => job.Id)));
    }

    [Fact]
    public async Task So_much_at_once_that_it_is_better_begun_anew_is_begun_anew()
    {
        var project = bench.NewProject();
        await ManyAsync(project, JobFeed.MostChanges + 1);
        using var watch = Watch(new JobFilter { Project = project.Name, CreatedUntil = null, States = { JobState.Failed } });
        await watch.NextAsync();

        await bench.Database.ExecuteAsync($"update coordinator.sync_job set error = 'all' where project = '{project.Name}'");

        Assert.True((await watch.NextAsync()).Reset);
    }

    public static TheoryData<int, ulong> Useless => new() { { -25, 0 }, { 0, 1UL << 40 } };

    [Theory]
    [MemberData(nameof(Useless))]
    public async Task Token_that_is_too_old_or_from_another_life_of_the_database_begins_anew(int hours, ulong ahead)
    {
        var project = bench.NewProject();
        var request = new WatchJobsRequest { Filter = project.Filter };
        var seen = Snapshot.Parse((await bench.Database.ScalarAsync<string>("select pg_current_snapshot()::text"))!);
        var at = await bench.Database.ScalarAsync<DateTimeOffset>("select now()");
        var place = new WatchPlace(seen with { End = seen.End + ahead }, at.AddHours(hours), null);
        var token = await bench.Tokens.SealAsync("resume_token", request, null, place.ToString(), default);

        using var watch = Watch(project.Filter, token);

        Assert.True((await watch.NextAsync()).Reset);
    }

    [Fact]
    public async Task Foreign_jobs_are_not_there_and_foreign_tokens_are_refused()
    {
        var (own, foreign) = (bench.NewProject(), bench.NewProject());
        var (mine, theirs) = (await own.JobAsync("Processing"), await foreign.JobAsync("Processing"));
        using var watch = bench.Jobs.WatchJobs(new WatchJobsRequest(), ReadingBench.BoundTo(own.Name));
        var first = await watch.NextAsync();
        Assert.Equal([mine.ToString()], first.Jobs.Select(job => job.Id));

        await foreign.SetAsync(theirs, "written = 1");
        await own.SetAsync(mine, "written = 1");
        Assert.Equal([mine.ToString()], (await watch.NextAsync()).Jobs.Select(job => job.Id));
        Assert.Equal(StatusCode.InvalidArgument, await RefusedAsync(bench.Jobs.WatchJobs(new WatchJobsRequest { ResumeToken = first.ResumeToken })));
        Assert.Equal(StatusCode.PermissionDenied, await RefusedAsync(bench.Jobs.WatchJobs(new WatchJobsRequest { Filter = foreign.Filter }, ReadingBench.BoundTo(own.Name))));

        static async Task<StatusCode> RefusedAsync(AsyncServerStreamingCall<WatchJobsResponse> call)
        {
            using (call) return (await Assert.ThrowsAsync<RpcException>(call.NextAsync)).StatusCode;
        }
    }

    AsyncServerStreamingCall<WatchJobsResponse> Watch(JobFilter filter, string token = "") =>
        bench.Jobs.WatchJobs(new WatchJobsRequest { Filter = filter, ResumeToken = token });

    // Of one pipeline, all ended at the same moment.
    async Task ManyAsync(TestProject project, int count)
    {
        var pipeline = await project.PipelineAsync("many");
        await bench.Database.ExecuteAsync(
            $"""
             insert into coordinator.sync_job (job_id, state, job_no, pipeline_id, pipeline_version, project, pipeline, kind, trigger, actor,
                                               attempt, epoch, phase, created_at, finished_at)
             select gen_random_uuid(), 'Completed', nextval('coordinator.job_no') + 10000000, '{pipeline}', 1, '{project.Name}', 'many', 'Incremental', 'Schedule',
                    'headgate', 1, 0, 'None', now(), now() from generate_series(1, {count})
             """);
    }

    static async Task ExecuteAsync(NpgsqlConnection session, string sql)
    {
        await using var command = new NpgsqlCommand(sql, session);
        await command.ExecuteNonQueryAsync();
    }
}
