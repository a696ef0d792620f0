using Grpc.Core;
using Headgate.JobCoordinator.Tests.Reading;
using Headgate.V1;
using Npgsql;

namespace Headgate.JobCoordinator.Tests.Watching;

/// <summary>One job, as it changes.</summary>
public sealed class WatchJobTests(ReadingBench bench) : IClassFixture<ReadingBench>
{
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Job_is_shown_at_once_then_each_change_soon_and_the_stream_ends_with_its_end()
    {
        var project = bench.NewProject();
        var job = await project.JobAsync("Processing");
        using var watch = Watch(job);
        Assert.Equal(JobState.Processing, (await watch.NextAsync()).Job.State);

        for (var written = 1; written <= 5; written++)
        {
            await project.SetAsync(job, $"written = {written}, wake_at = now()");
            var since = TimeProvider.System.GetTimestamp();
            Assert.Equal(written, (await watch.NextAsync()).Job.Counts.Written);
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Soon, "The change was not shown soon.");
        }

        await project.MoveAsync(job, "Completed");
        Assert.Equal(JobState.Completed, (await watch.NextAsync()).Job.State);
        Assert.True(await watch.HasEndedAsync());
    }

    [Fact]
    public async Task Change_that_shows_nothing_is_not_told()
    {
        var project = bench.NewProject();
        var (job, other) = (await project.JobAsync("Processing"), await project.JobAsync("Processing"));
        using var watch = Watch(job);
        using var otherWatch = Watch(other);
        await watch.NextAsync();
        await otherWatch.NextAsync();

        await project.SetAsync(job, "wake_at = now()");
        await project.SetAsync(other, "written = 1");
        // Told by the same look, or by a later one.
        await otherWatch.NextAsync();
        await project.SetAsync(job, "written = 3");

        Assert.Equal(3, (await watch.NextAsync()).Job.Counts.Written);
    }

    [Fact]
    public async Task Objects_are_shown_as_they_change_unless_the_view_is_basic()
    {
        var project = bench.NewProject();
        var job = await project.JobAsync("Processing");
        await bench.Database.ExecuteAsync(
            $"insert into coordinator.job_object (job_id, object_no, state, source, destination, object_key) values ('{job}', 0, 'Extracting', 'a', 'b', 'c')");
        using var full = Watch(job);
        using var basic = bench.Jobs.WatchJob(new WatchJobRequest { Job = Named(job), View = JobView.Basic });
        Assert.Equal((1, 0), ((await full.NextAsync()).Job.Objects.Count, (await basic.NextAsync()).Job.Objects.Count));

        await bench.Database.ExecuteAsync(
            $"""
             insert into coordinator.job_segment (job_id, attempt, object_no, segment_no, state, copy, rows, written)
             values ('{job}', 1, 0, 0, 'Loading', gen_random_uuid(), 10, 4);
             {TestProject.Update(job, "written = 4")}
             """);

        Assert.Equal(4, (await full.NextAsync()).Job.Objects.Single().Counts.Written);
        Assert.Empty((await basic.NextAsync()).Job.Objects);
    }

    [Fact]
    public async Task Transaction_that_commits_late_is_seen()
    {
        var project = bench.NewProject();
        var (late, early) = (await project.JobAsync("Processing"), await project.JobAsync("Processing"));
        using var lateWatch = Watch(late);
        using var earlyWatch = Watch(early);
        await lateWatch.NextAsync();
        await earlyWatch.NextAsync();

        await using var session = await BeginAsync(TestProject.Update(late, "written = 7"));
        await project.SetAsync(early, "written = 1");
        await earlyWatch.NextAsync();
        await CommitAsync(session);

        Assert.Equal(7, (await lateWatch.NextAsync()).Job.Counts.Written);
    }

    [Fact]
    public async Task Stream_that_broke_off_goes_on_with_what_has_changed_since()
    {
        var project = bench.NewProject();
        var job = await project.JobAsync("Processing");
        var token = await FirstTokenAsync(new WatchJobRequest { Job = Named(job) });

        using var unchanged = Watch(job, token);
        await project.SetAsync(job, "written = 1");
        var shown = await unchanged.NextAsync();
        Assert.Equal(1, shown.Job.Counts.Written);

        await project.SetAsync(job, "written = 2");
        using var changed = Watch(job, token);
        Assert.Equal(2, (await changed.NextAsync()).Job.Counts.Written);
    }

    [Fact]
    public async Task Job_that_has_ended_is_shown_once_and_not_again_to_who_knows_it()
    {
        var job = await bench.NewProject().JobAsync("Canceled");
        using var watch = Watch(job);
        var shown = await watch.NextAsync();
        Assert.True(await watch.HasEndedAsync());

        using var again = Watch(job, shown.ResumeToken);
        Assert.True(await again.HasEndedAsync());
    }

    [Fact]
    public async Task Stream_stays_with_the_job_that_the_pipeline_had_when_it_began()
    {
        var project = bench.NewProject();
        var job = await project.JobAsync("Processing", 0, "one");
        var request = new WatchJobRequest { Job = new JobReference { Pipeline = project.Reference("one") } };
        var token = await FirstTokenAsync(request);
        await project.MoveAsync(job, "Completed");
        await project.JobAsync("Processing", 1, "one");

        using var watch = bench.Jobs.WatchJob(new WatchJobRequest(request) { ResumeToken = token });

        Assert.Equal((job.ToString(), JobState.Completed), await watch.NextAsync() is { Job: var shown } ? (shown.Id, shown.State) : default);
    }

    [Fact]
    public async Task Foreign_job_and_a_token_of_another_are_refused()
    {
        var project = bench.NewProject();
        var (job, other) = (await project.JobAsync("Processing"), await project.JobAsync("Processing"));
        var token = await FirstTokenAsync(new WatchJobRequest { Job = Named(other) });

        Assert.Equal(StatusCode.NotFound, await RefusedAsync(bench.Jobs.WatchJob(new WatchJobRequest { Job = Named(job) }, ReadingBench.BoundTo("another"))));
        Assert.Equal(StatusCode.InvalidArgument, await RefusedAsync(Watch(job, token)));

        static async Task<StatusCode> RefusedAsync(AsyncServerStreamingCall<WatchJobResponse> call)
        {
            using (call) return (await Assert.ThrowsAsync<RpcException>(call.NextAsync)).StatusCode;
        }
    }

    AsyncServerStreamingCall<WatchJobResponse> Watch(Guid job, string token = "") =>
        bench.Jobs.WatchJob(new WatchJobRequest { Job = Named(job), ResumeToken = token });

    static JobReference Named(Guid job) => new() { Id = job.ToString() };

    async Task<string> FirstTokenAsync(WatchJobRequest request)
    {
        using var watch = bench.Jobs.WatchJob(request);
        return (await watch.NextAsync()).ResumeToken;
    }

    async Task<NpgsqlConnection> BeginAsync(string sql)
    {
        var session = await bench.Database.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"begin; {sql}", session);
        await command.ExecuteNonQueryAsync();
        return session;
    }

    static async Task CommitAsync(NpgsqlConnection session)
    {
        await using var command = new NpgsqlCommand("commit", session);
        await command.ExecuteNonQueryAsync();
    }
}
