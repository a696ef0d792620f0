using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Reading;

/// <summary>Lists of jobs, page by page.</summary>
public sealed class PageTests(ReadingBench bench) : IClassFixture<ReadingBench>
{
    [Fact]
    public async Task Each_job_that_was_there_all_the_time_is_shown_once_while_others_come_and_these_go_on()
    {
        var project = bench.NewProject();
        var (there, running) = (new List<string>(), new Queue<Guid>());
        for (var second = 0; second < 30; second++)
        {
            var job = await project.JobAsync(second % 3 == 0 ? "Processing" : "Completed", second);
            there.Add(job.ToString());
            if (second % 3 == 0) running.Enqueue(job);
        }

        var shown = await AllAsync(new ListJobsRequest { Filter = project.Filter, PageSize = 4 }, async page =>
        {
            await project.JobAsync("Processing", 100 + page);
            if (running.TryDequeue(out var first)) await project.MoveAsync(first, "Completed");
            // A restart gives a job a new number, and a pause another state.
            if (running.TryDequeue(out var second)) await project.SetAsync(second, $"job_no = {1_000_000 + page}, state = 'Paused'");
        });

        Assert.Equal(there.AsEnumerable().Reverse(), shown.Where(there.Contains));
        Assert.Equal(shown.Count, shown.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Jobs_of_the_same_moment_are_shown_once_each()
    {
        var project = bench.NewProject();
        var there = new List<Guid>();
        for (var n = 0; n < 7; n++) there.Add(await project.JobAsync(n % 2 == 0 ? "Failed" : "Canceled"));

        var shown = await AllAsync(new ListJobsRequest { Filter = project.Filter, PageSize = 2 });

        Assert.Equal(there.OrderDescending().Select(id => id.ToString()), shown);
    }

    public static TheoryData<JobFilter> Filters =>
    [
        new JobFilter(),
        new JobFilter { States = { JobState.Completed } },
        new JobFilter { States = { JobState.Failed, JobState.Canceled } },
        new JobFilter { States = { JobState.Failed, JobState.Failed } },
        new JobFilter { Kinds = { JobKind.Historical } },
        new JobFilter { Kinds = { JobKind.Historical, JobKind.Resync }, States = { JobState.Failed, JobState.Completed } },
        new JobFilter { Pipeline = "one" },
        new JobFilter { Pipeline = "one", States = { JobState.Failed, JobState.Canceled } },
        new JobFilter { Pipeline = "none" },
        new JobFilter { CreatedSince = Second(6), CreatedUntil = Second(12) },
        new JobFilter { Pipeline = "two", Kinds = { JobKind.Incremental }, CreatedUntil = Second(12) },
        new JobFilter { IncludeDeleted = true },
        new JobFilter { IncludeDeleted = true, Pipeline = "one" },
        new JobFilter { IncludeDeleted = true, States = { JobState.Completed }, Kinds = { JobKind.Historical } },
    ];

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task Filter_lets_through_what_it_says(JobFilter filter)
    {
        var project = bench.NewProject();
        foreach (var (state, second) in new[] { "Completed", "Completed", "Canceled", "Discarded", "Failed", "Collecting" }.Select((state, n) => (state, n)))
        {
            await project.JobAsync(state, second, "one", second % 2 == 0 ? "Historical" : "Incremental");
            await project.JobAsync(state, second + 8, "two", second % 2 == 0 ? "Resync" : "Incremental");
        }

        await bench.Database.ExecuteAsync(
            $"update coordinator.sync_job set deleted_at = now() where project = '{project.Name}' and state = 'Completed' and kind <> 'Incremental'");
        filter = new JobFilter(filter) { Project = project.Name };
        var all = (await bench.Jobs.ListJobsAsync(new ListJobsRequest { Filter = new JobFilter { Project = project.Name, IncludeDeleted = true } })).Jobs;
        Assert.Equal(12, all.Count);
        var expected = all.Where(job => Lets(filter, job)).Select(job => job.Id);

        Assert.Equal(expected, await AllAsync(new ListJobsRequest { Filter = filter, PageSize = 2 }));
    }

    [Fact]
    public async Task Filter_by_Request_ID_lets_that_job_through_alone()
    {
        var project = bench.NewProject();
        var (job, request) = (await project.JobAsync(), Guid.NewGuid().ToString());
        await project.JobAsync();
        await project.SetAsync(job, $"request_id = '{request}', launched_at = now()");

        Assert.Equal([job.ToString()], await AllAsync(new ListJobsRequest { Filter = new JobFilter { RequestId = request } }));
        Assert.Empty(await AllAsync(new ListJobsRequest { Filter = new JobFilter { RequestId = request, States = { JobState.Failed } } }));
        Assert.Empty(await AllAsync(new ListJobsRequest { Filter = new JobFilter { RequestId = request, Project = "another" } }));
    }

    [Fact]
    public async Task Page_is_as_long_as_asked_for_and_as_the_view_allows()
    {
        var project = bench.NewProject();
        for (var n = 0; n < 52; n++) await project.JobAsync("Completed", n, "one");

        Assert.Equal(50, (await ListAsync(0, JobView.Unspecified)).Jobs.Count);
        Assert.Equal(52, (await ListAsync(5000, JobView.Basic)).Jobs.Count);
        var full = await ListAsync(5000, JobView.Full);
        Assert.Equal((10, false), (full.Jobs.Count, full.NextPageToken.Length == 0));
        await Refused(StatusCode.InvalidArgument, () => ListAsync(-1, JobView.Basic));
        await Refused(StatusCode.InvalidArgument, () => ListAsync(1, (JobView)7));

        Task<ListJobsResponse> ListAsync(int size, JobView view) =>
            bench.Jobs.ListJobsAsync(new ListJobsRequest { Filter = project.Filter, PageSize = size, View = view }).ResponseAsync;
    }

    [Fact]
    public async Task Token_is_good_for_its_own_request_and_caller_only()
    {
        var project = bench.NewProject();
        for (var n = 0; n < 3; n++) await project.JobAsync("Completed", n);
        var request = new ListJobsRequest { Filter = project.Filter, PageSize = 1 };
        var token = (await bench.Jobs.ListJobsAsync(request)).NextPageToken;

        Assert.Single((await bench.Jobs.ListJobsAsync(new ListJobsRequest(request) { PageToken = token })).Jobs);
        await RefusedAsync(new ListJobsRequest(request) { PageToken = token, PageSize = 2 });
        await RefusedAsync(new ListJobsRequest(request) { PageToken = token, Filter = new JobFilter(request.Filter) { IncludeDeleted = true } });
        await RefusedAsync(new ListJobsRequest(request) { PageToken = token[..^1] });
        await RefusedAsync(new ListJobsRequest(request) { PageToken = $"{(token[0] == 'A' ? 'B' : 'A')}{token[1..]}" });
        await RefusedAsync(new ListJobsRequest(request) { PageToken = "no token" });
        await RefusedAsync(new ListJobsRequest(request) { PageToken = token }, ReadingBench.BoundTo(project.Name));

        async Task RefusedAsync(ListJobsRequest wrong, Metadata? caller = null) =>
            await Refused(StatusCode.InvalidArgument, () => bench.Jobs.ListJobsAsync(wrong, caller).ResponseAsync);
    }

    [Fact]
    public async Task Caller_who_is_bound_to_a_project_sees_nothing_else()
    {
        var (own, foreign) = (bench.NewProject(), bench.NewProject());
        var (mine, theirs) = (await own.JobAsync(), await foreign.JobAsync());
        var caller = ReadingBench.BoundTo(own.Name);

        Assert.Equal([mine.ToString()], (await bench.Jobs.ListJobsAsync(new ListJobsRequest(), caller)).Jobs.Select(job => job.Id));
        await Refused(StatusCode.PermissionDenied, () => bench.Jobs.ListJobsAsync(new ListJobsRequest { Filter = foreign.Filter }, caller).ResponseAsync);
        var request = new GetJobRequest { Job = new JobReference { Id = theirs.ToString() } };
        Assert.Equal(theirs.ToString(), (await bench.Jobs.GetJobAsync(request)).Job.Id);
        await Refused(StatusCode.NotFound, () => bench.Jobs.GetJobAsync(request, caller).ResponseAsync);
    }

    [Fact]
    public async Task Filter_that_means_nothing_is_refused()
    {
        foreach (var filter in (JobFilter[])
                 [
                     new JobFilter { Pipeline = "one" }, new JobFilter { RequestId = "mine" }, new JobFilter { States = { JobState.Unspecified } },
                     new JobFilter { Kinds = { (JobKind)99 } }, new JobFilter { CreatedSince = new Timestamp { Seconds = long.MaxValue } },
                 ])
            await Refused(StatusCode.InvalidArgument, () => bench.Jobs.ListJobsAsync(new ListJobsRequest { Filter = filter }).ResponseAsync);
    }

    [Fact]
    public async Task Page_takes_as_many_queries_however_long_it_is()
    {
        var project = bench.NewProject();
        for (var n = 0; n < 9; n++) await project.JobAsync("Completed", n);
        await ListAsync(1);

        Assert.Equal(await ListAsync(1), await ListAsync(9));

        async Task<int> ListAsync(int size)
        {
            using var count = new QueryCount(bench.Database);
            var jobs = (await bench.Jobs.ListJobsAsync(new ListJobsRequest { Filter = project.Filter, PageSize = size, View = JobView.Full })).Jobs;
            var pipelines = (await bench.Pipelines.ListPipelinesAsync(new ListPipelinesRequest { Project = project.Name, PageSize = size })).Pipelines;
            Assert.Equal((size, size), (jobs.Count, pipelines.Count(pipeline => pipeline.LastJob is not null)));
            return count.Queries;
        }
    }

    static Timestamp Second(int second) => Timestamp.FromDateTimeOffset(TestProject.At(second));

    static bool Lets(JobFilter filter, Job job) =>
        (filter.Pipeline.Length == 0 || filter.Pipeline == job.Pipeline) && (filter.States.Count == 0 || filter.States.Contains(job.State))
        && (filter.Kinds.Count == 0 || filter.Kinds.Contains(job.Kind)) && (filter.CreatedSince is null || job.Created >= filter.CreatedSince)
        && (filter.CreatedUntil is null || job.Created < filter.CreatedUntil) && (filter.IncludeDeleted || job.Deleted is null);

    static async Task Refused<T>(StatusCode code, Func<Task<T>> call) => Assert.Equal(code, (await Assert.ThrowsAsync<RpcException>(call)).StatusCode);

    async Task<List<string>> AllAsync(ListJobsRequest request, Func<int, Task>? between = null)
    {
        var (shown, pages) = (new List<string>(), 0);
        while (true)
        {
            var page = await bench.Jobs.ListJobsAsync(request);
            shown.AddRange(page.Jobs.Select(job => job.Id));
            if (page.NextPageToken.Length == 0) return shown;
            if (between is not null) await between(++pages);
            request = new ListJobsRequest(request) { PageToken = page.NextPageToken };
        }
    }
}
