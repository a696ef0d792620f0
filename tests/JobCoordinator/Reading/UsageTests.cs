using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Headgate.V1;
using Usage = Headgate.V1.GetUsageResponse.Types.Usage;

namespace Headgate.JobCoordinator.Tests.Reading;

/// <summary>What was moved is counted, however the jobs ended.</summary>
public sealed class UsageTests(ReadingBench bench) : IClassFixture<ReadingBench>
{
    [Fact]
    public async Task Records_that_canceled_and_discarded_jobs_have_loaded_are_counted_like_others()
    {
        var project = bench.NewProject();
        await JobAsync(project, "Completed", written: 100);
        await JobAsync(project, "Completed", written: 10);
        await JobAsync(project, "Canceled", written: 8_400, inDoubt: 2);
        await JobAsync(project, "Discarded", written: 7);
        await JobAsync(project, "Failed", written: 5);
        await JobAsync(project, "Processing", written: 3, pipeline: "other");

        var usage = await bench.Records.GetUsageAsync(new GetUsageRequest { Project = project.Name });

        Assert.Equal(
            ["contacts Canceled 1 8400", "contacts Completed 2 110", "contacts Discarded 1 7", "contacts Failed 1 5", "other Processing 1 3"],
            usage.Usage.Select(Shown));
        Assert.Equal((8_525, 8_525, 2, 6), (usage.Total.Written, usage.Total.Inserted, usage.Total.InDoubt, usage.TotalJobs));
        Assert.Equal("", usage.NextPageToken);
    }

    [Fact]
    public async Task Dry_runs_move_nothing_and_do_not_count()
    {
        var project = bench.NewProject();
        await JobAsync(project, "Completed", written: 1);
        foreach (var state in (string[])["Completed", "Failed"])
        {
            var dry = await project.JobAsync(state, pipeline: "contacts");
            await project.SetAsync(dry, "kind = 'DryRun', sample = '{}', request_id = null, launched_at = null, extracted = 100");
            await bench.Database.ExecuteAsync(
                $"insert into coordinator.job_attempt (job_id, attempt, extracted, written, inserted, updated, unchanged, rejected, in_doubt) values ('{dry}', 1, 90, 0, 0, 0, 0, 0, 0)");
        }

        var usage = await bench.Records.GetUsageAsync(new GetUsageRequest { Project = project.Name });

        Assert.Equal(["contacts Completed 1 1"], usage.Usage.Select(Shown));
        Assert.Equal((1, 0), (usage.TotalJobs, usage.Total.Extracted));
    }

    [Fact]
    public async Task Earlier_attempts_count_and_are_no_jobs_of_their_own()
    {
        var project = bench.NewProject();
        var job = await JobAsync(project, "Canceled", written: 10);
        await bench.Database.ExecuteAsync(
            $"""
             insert into coordinator.job_attempt (job_id, attempt, extracted, written, inserted, updated, unchanged, rejected, in_doubt)
             values ('{job}', 1, 90, 40, 20, 10, 5, 5, 1), ('{job}', 2, 90, 50, 50, 0, 0, 0, 0)
             """);

        var found = Assert.Single((await bench.Records.GetUsageAsync(new GetUsageRequest { Project = project.Name })).Usage);

        Assert.Equal((1, 180, 100, 80), (found.Jobs, found.Counts.Extracted, found.Counts.Written, found.Counts.Inserted));
        Assert.Equal((10, 5, 5, 1), (found.Counts.Updated, found.Counts.Unchanged, found.Counts.Rejected, found.Counts.InDoubt));
    }

    [Fact]
    public async Task Time_is_that_of_the_end_from_since_on_and_before_until()
    {
        var project = bench.NewProject();
        foreach (var (day, written) in ((int, int)[])[(1, 1), (2, 10), (3, 100), (4, 1000)]) await JobAsync(project, "Completed", written, finished: $"2031-05-0{day}T00:00Z");
        await JobAsync(project, "Processing", written: 10_000);

        Assert.Equal(110, await WrittenAsync(project, since: 2, until: 4));
        Assert.Equal(11_110, await WrittenAsync(project, since: 2, until: null));
    }

    [Fact]
    public async Task Time_begins_with_the_present_month_unless_told()
    {
        var project = bench.NewProject();
        var month = await bench.Database.ScalarAsync<DateTime>("select date_trunc('month', now() at time zone 'UTC')");
        await JobAsync(project, "Completed", written: 1, finished: $"{month:O}Z");
        await JobAsync(project, "Completed", written: 10, finished: $"{month.AddTicks(-10):O}Z");

        Assert.Equal(1, (await bench.Records.GetUsageAsync(new GetUsageRequest { Project = project.Name })).Total.Written);
    }

    [Fact]
    public async Task Pages_hold_everything_once_and_the_same_totals()
    {
        var project = bench.NewProject();
        foreach (var name in (string[])["a", "b", "c"]) foreach (var state in (string[])["Canceled", "Completed"]) await JobAsync(project, state, 1, name);
        var (request, shown) = (new GetUsageRequest { Project = project.Name, PageSize = 4 }, new List<string>());
        do
        {
            var page = await bench.Records.GetUsageAsync(request);
            Assert.Equal((6, 6), (page.Total.Written, page.TotalJobs));
            shown.AddRange(page.Usage.Select(Shown));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(["a Canceled 1 1", "a Completed 1 1", "b Canceled 1 1", "b Completed 1 1", "c Canceled 1 1", "c Completed 1 1"], shown);
    }

    [Fact]
    public async Task A_key_sees_its_project_alone()
    {
        var (mine, foreign) = (bench.NewProject(), bench.NewProject());
        await JobAsync(mine, "Completed", written: 1);
        await JobAsync(foreign, "Completed", written: 10);

        Assert.Equal(1, (await bench.Records.GetUsageAsync(new GetUsageRequest(), ReadingBench.BoundTo(mine.Name))).Total.Written);
        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await bench.Records.GetUsageAsync(new GetUsageRequest { Project = foreign.Name }, ReadingBench.BoundTo(mine.Name)));
        Assert.Equal(StatusCode.PermissionDenied, error.StatusCode);
    }

    [Fact]
    public async Task Pipeline_is_one_of_the_project()
    {
        var project = bench.NewProject();
        await JobAsync(project, "Completed", written: 1, pipeline: "a");
        await JobAsync(project, "Completed", written: 10, pipeline: "b");

        Assert.Equal(10, (await bench.Records.GetUsageAsync(new GetUsageRequest { Project = project.Name, Pipeline = "b" })).Total.Written);
        await InvalidAsync("pipeline", new GetUsageRequest { Pipeline = "b" });
    }

    [Fact]
    public async Task Range_that_ends_before_it_begins_is_refused() =>
        await InvalidAsync("until", new GetUsageRequest { Since = Day(3), Until = Day(3) });

    [Fact]
    public async Task A_month_of_very_many_jobs_is_summed_up_from_an_index_alone()
    {
        var project = bench.NewProject();
        await project.PipelineAsync("many");
        await bench.Database.ExecuteAsync(
            $"""
             insert into coordinator.sync_job (job_id, state, job_no, pipeline_id, pipeline_version, project, pipeline, kind, trigger, actor,
                                               attempt, epoch, phase, created_at, finished_at, written)
             select gen_random_uuid(), 'Completed', 500000000 + no, pipeline_id, 1, project, name, 'Incremental', 'Schedule', 'headgate', 1, 0, 'None',
                    now(), '2033-01-01'::timestamptz + no * interval '1 minute', 2
             from coordinator.pipeline, generate_series(1, 20000) no where project = '{project.Name}' and name = 'many'
             """);
        await bench.Database.ExecuteAsync("vacuum analyze coordinator.sync_job");

        var since = new DateTimeOffset(2033, 1, 2, 0, 0, 0, TimeSpan.Zero);
        // Asked again, as a session tells what it used with the statement that ends a second after the last time.
        await Eventually.HoldsAsync(async () =>
        {
            var usage = await bench.Records.GetUsageAsync(
                new GetUsageRequest { Since = Timestamp.FromDateTimeOffset(since), Until = Timestamp.FromDateTimeOffset(since.AddDays(1)) });
            Assert.Equal((1_440, 2_880), (usage.TotalJobs, usage.Total.Written));
            return await bench.Database.ScalarAsync<long>("select idx_scan from pg_stat_user_indexes where indexrelname = 'usage_of_ended'") > 0;
        });
    }

    static string Shown(Usage usage) => $"{usage.Pipeline} {usage.State} {usage.Jobs} {usage.Counts.Written}";

    static Timestamp Day(int day) => Timestamp.FromDateTimeOffset(new DateTimeOffset(2031, 5, day, 0, 0, 0, TimeSpan.Zero));

    async Task<long> WrittenAsync(TestProject project, int since, int? until) => (await bench.Records.GetUsageAsync(
        new GetUsageRequest { Project = project.Name, Since = Day(since), Until = until is { } day ? Day(day) : null })).Total.Written;

    async Task InvalidAsync(string field, GetUsageRequest request)
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () => await bench.Records.GetUsageAsync(request));
        Assert.Equal((StatusCode.InvalidArgument, field), (error.StatusCode, error.GetRpcStatus()!.GetDetail<Google.Rpc.BadRequest>()!.FieldViolations.Single().Field));
    }

    async Task<Guid> JobAsync(TestProject project, string state, int written, string pipeline = "contacts", int inDoubt = 0, string? finished = null)
    {
        var job = await project.JobAsync(state, pipeline: pipeline);
        var end = state is "Processing" or "Failed" ? "null" : finished is null ? "now()" : $"'{finished}'";
        await project.SetAsync(job, $"written = {written}, inserted = {written}, in_doubt = {inDoubt}, finished_at = {end}");
        return job;
    }
}
