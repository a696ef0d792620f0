using Grpc.Core;
using Headgate.Contracts.Pipelines;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Reading;

/// <summary>Pipelines, their files and their jobs.</summary>
public sealed class PipelineReadTests(ReadingBench bench) : IClassFixture<ReadingBench>
{
    [Fact]
    public async Task Names_that_are_too_long_for_any_pipeline_are_not_repeated_in_full()
    {
        var name = new string('n', 10_000);
        var error = await Assert.ThrowsAsync<RpcException>(() => bench.Pipelines.GetPipelineAsync(
            new GetPipelineRequest { Pipeline = new PipelineReference { Project = name, Name = name } }).ResponseAsync);
        Assert.Equal((StatusCode.NotFound, $"There is no pipeline {name[..63]}.../{name[..63]}...."), (error.StatusCode, error.Status.Detail));
    }

    [Fact]
    public async Task Pipeline_is_shown_with_what_its_file_says_and_with_its_jobs()
    {
        var project = bench.NewProject();
        var id = await project.PipelineAsync("one", "# mine\n", new ScheduleDefinition { Every = TimeSpan.FromMinutes(90) });
        await project.JobAsync("Completed", 0, "one");
        var failed = await project.JobAsync("Failed", 1, "one");
        var active = await project.JobAsync("Paused", 2, "one");

        var shown = (await GetAsync(project.Reference("one"))).Pipeline;

        Assert.Equal((id.ToString(), project.Name, "one", PipelineState.Enabled, 1), (shown.Id, shown.Project, shown.Name, shown.State, shown.Version));
        Assert.Equal(("postgres env:SOURCE", "postgres env:DESTINATION", 1), (shown.Source, shown.Destination, shown.ObjectCount));
        Assert.Equal(("every 90m", "UTC", 3), (shown.Schedule.Expression, shown.Schedule.Timezone, shown.MaxFailures));
        Assert.Equal((active.ToString(), failed.ToString()), (shown.CurrentJob.Id, shown.LastJob.Id));
        Assert.Equal((700, "tester"), (shown.CurrentJob.MaxRowsPerSecond, shown.AppliedBy));
    }

    [Fact]
    public async Task File_is_the_text_of_the_version_that_is_asked_for()
    {
        var project = bench.NewProject();
        await project.PipelineAsync("one");
        await project.PipelineAsync("one", "# second\n", new ScheduleDefinition { Cron = "0 * * * *" });
        await project.PipelineAsync("one", "# third\n");

        var inForce = await GetAsync(project.Reference("one"));
        Assert.Equal(("one.yaml", "# third\n", 3), (inForce.File.Name, inForce.File.Text, inForce.FileVersion));
        var second = await GetAsync(project.Reference("one"), 2);
        Assert.Equal(("# second\n", 2, 3), (second.File.Text, second.FileVersion, second.Pipeline.Version));
        Assert.Null((await GetAsync(project.Reference("one"), 1)).File);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => GetAsync(project.Reference("one"), 4))).StatusCode);
    }

    [Fact]
    public async Task Runs_that_were_skipped_last_are_shown_the_latest_first()
    {
        var project = bench.NewProject();
        var id = await project.PipelineAsync("one");
        await bench.Database.ExecuteAsync(
            $"""
             insert into coordinator.skipped_run (run_id, pipeline_id, trigger, actor, reason, at)
             select gen_random_uuid(), '{id}', 'Schedule', 'headgate', 'a job of the pipeline is active ' || n, now() + n * interval '1 s' from generate_series(1, 25) n
             """);

        var skipped = (await GetAsync(project.Reference("one"))).SkippedRuns;

        Assert.Equal(20, skipped.Count);
        Assert.EndsWith(" 25", skipped[0].Reason, StringComparison.Ordinal);
        Assert.Equal((TriggerKind.Schedule, "headgate"), (skipped[0].Trigger.Kind, skipped[0].Trigger.Actor));
    }

    [Fact]
    public async Task Runs_of_the_schedule_that_were_skipped_in_an_hour_for_the_same_reason_are_one()
    {
        var project = bench.NewProject();
        var id = await project.PipelineAsync("one");
        await bench.Database.ExecuteAsync(
            $"""
             insert into coordinator.skipped_run (run_id, pipeline_id, trigger, trigger_detail, actor, rule, reason, at, first_due, last_due)
             select gen_random_uuid(), '{id}'::uuid, 'Schedule', 'due ' || due, 'headgate', 'PipelineTakesNoRuns', 'it is Paused', due, due, due
             from generate_series(date_trunc('hour', now()) - interval '1 h', date_trunc('hour', now()) + interval '3 min', interval '1 s') due
             union all select gen_random_uuid(), '{id}'::uuid, 'Schedule', 'the first', 'headgate', 'ActiveJob', 'a job is active', due, due, due
             from (select date_trunc('hour', now()) - interval '90 min' due) first
             union all select gen_random_uuid(), '{id}'::uuid, 'Event', 'Done s e-' || n, 'headgate', 'PipelineTakesNoRuns', 'it is Paused', due, null::timestamptz, null::timestamptz
             from (select n, date_trunc('hour', now()) - interval '2 h' due from generate_series(1, 2) n) events
             """);

        var skipped = (await GetAsync(project.Reference("one"))).SkippedRuns;

        Assert.Equal(
            ["181 00:03:00 '' it is Paused", "3600 00:59:59 '' it is Paused", "1 00:00:00 'the first' a job is active"],
            skipped.Take(3).Select(run => $"{run.Runs} {run.LastDue.ToDateTimeOffset() - run.FirstDue.ToDateTimeOffset()} '{run.Trigger.Detail}' {run.Reason}"));
        Assert.Equal(["Done s e-1", "Done s e-2"], skipped.Skip(3).Select(run => run.Trigger.Detail).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task List_goes_by_name_page_by_page()
    {
        var project = bench.NewProject();
        foreach (var name in (string[])["d", "b", "a", "e", "c"]) await project.PipelineAsync(name);
        await bench.Database.ExecuteAsync($"update coordinator.pipeline set state = 'Failed' where project = '{project.Name}' and name in ('b', 'd')");

        Assert.Equal(["a", "b", "c", "d", "e"], await AllAsync(new ListPipelinesRequest { Project = project.Name, PageSize = 2 }));
        Assert.Equal(["b", "d"], await AllAsync(new ListPipelinesRequest { Project = project.Name, PageSize = 1, States = { PipelineState.Failed } }));
        Assert.Equal(["a", "c", "e"], await AllAsync(new ListPipelinesRequest { Project = project.Name, States = { PipelineState.Enabled, PipelineState.Paused } }));
    }

    [Fact]
    public async Task List_of_one_name_is_of_all_projects_that_have_it_or_of_the_one_that_is_named_or_bound()
    {
        var (one, other) = (bench.NewProject(), bench.NewProject());
        var name = $"of-two-{Guid.NewGuid():N}";
        foreach (var project in (TestProject[])[one, other])
        {
            await project.PipelineAsync(name);
            await project.PipelineAsync($"{name}-not");
        }

        Assert.Equal(new[] { one.Name, other.Name }.Order(StringComparer.Ordinal), (await ProjectsAsync(new ListPipelinesRequest { Name = name })).Order(StringComparer.Ordinal));
        Assert.Equal([one.Name], await ProjectsAsync(new ListPipelinesRequest { Name = name, Project = one.Name }));
        Assert.Equal([other.Name], await ProjectsAsync(new ListPipelinesRequest { Name = name }, ReadingBench.BoundTo(other.Name)));
        Assert.Empty(await ProjectsAsync(new ListPipelinesRequest { Name = name, States = { PipelineState.Failed } }));
        Assert.Equal([name, name], await AllAsync(new ListPipelinesRequest { Name = name, PageSize = 1 }));

        async Task<IEnumerable<string>> ProjectsAsync(ListPipelinesRequest request, Metadata? caller = null) =>
            (await bench.Pipelines.ListPipelinesAsync(request, caller)).Pipelines.Select(pipeline => pipeline.Project);
    }

    [Fact]
    public async Task Caller_who_is_bound_to_a_project_sees_no_other_pipelines()
    {
        var (own, foreign) = (bench.NewProject(), bench.NewProject());
        await own.PipelineAsync("one");
        var id = (await foreign.PipelineAsync("one")).ToString();
        var caller = ReadingBench.BoundTo(own.Name);

        Assert.Equal([own.Name], (await bench.Pipelines.ListPipelinesAsync(new ListPipelinesRequest(), caller)).Pipelines.Select(pipeline => pipeline.Project));
        Assert.Equal(StatusCode.PermissionDenied, await RefusedAsync(foreign.Reference("one")));
        Assert.Equal(StatusCode.NotFound, await RefusedAsync(new PipelineReference { Id = id }));

        async Task<StatusCode> RefusedAsync(PipelineReference pipeline) => (await Assert.ThrowsAsync<RpcException>(
            () => bench.Pipelines.GetPipelineAsync(new GetPipelineRequest { Pipeline = pipeline }, caller).ResponseAsync)).StatusCode;
    }

    Task<GetPipelineResponse> GetAsync(PipelineReference pipeline, int version = 0) =>
        bench.Pipelines.GetPipelineAsync(new GetPipelineRequest { Pipeline = pipeline, Version = version }).ResponseAsync;

    async Task<List<string>> AllAsync(ListPipelinesRequest request)
    {
        var shown = new List<string>();
        while (true)
        {
            var page = await bench.Pipelines.ListPipelinesAsync(request);
            shown.AddRange(page.Pipelines.Select(pipeline => pipeline.Name));
            if (page.NextPageToken.Length == 0) return shown;
            request = new ListPipelinesRequest(request) { PageToken = page.NextPageToken };
        }
    }
}
