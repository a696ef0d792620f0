using Grpc.Core;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Starts;
using Headgate.JobCoordinator.Tests.Reading;
using Headgate.V1;
using Npgsql;

namespace Headgate.JobCoordinator.Tests.Recovery;

/// <summary>What recovery is told from: what the other calls, and the jobs, have left in the database.</summary>
public sealed class GetRecoveryTests(ReadingBench bench) : IClassFixture<ReadingBench>
{
    [Fact]
    public async Task List_and_comparison_are_noted_of_a_job_at_rest_and_of_no_other()
    {
        var project = bench.NewProject();
        var job = await StoppedAsync(project, "Processing");
        await NoteAsync(job);
        await NoteAsync(job, new DiffSummary { Compared = 3, Equal = 3 });
        Assert.DoesNotContain(RecoveryStepState.Done, (await GetAsync(job)).Steps.Select(step => step.State));

        await project.MoveAsync(job, "Canceled");
        await NoteAsync(job);
        await NoteAsync(job, new DiffSummary { Compared = 12, Equal = 2, Different = 10 });

        var answer = await GetAsync(job);
        var (export, diff) = (answer.Steps[0], answer.Steps[1]);
        Assert.Equal((RecoveryStepState.Done, "reader"), (export.State, export.DoneBy));
        Assert.Equal((RecoveryStepState.Done, "Of 12 rows 10 differ from the source."), (diff.State, diff.Sentence));
        Assert.Contains("10 of 12 rows were not as at the source", answer.Sentence, StringComparison.Ordinal);

        await NoteAsync(job, new DiffSummary { Compared = 12, Equal = 12 });
        Assert.StartsWith("Of 12 rows 0 differ", (await GetAsync(job)).Steps[1].Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData(0, "; they were compared through a file that was given for it")]
    [InlineData(1, "; they were compared through version 1 of the file, by which the job itself went")]
    [InlineData(2, "; they were compared through version 2 of the file")]
    public async Task Comparison_says_what_it_was_made_through(int? version, string through)
    {
        var job = await StoppedAsync(bench.NewProject());
        await NoteAsync(job, new DiffSummary { Compared = 12, Equal = 12 }, version);
        Assert.Equal($"Of 12 rows 0 differ from the source{through}.", (await GetAsync(job)).Steps[1].Sentence);
    }

    [Fact]
    public async Task List_of_a_paused_job_counts_until_it_has_written_more()
    {
        var project = bench.NewProject();
        var job = await StoppedAsync(project, "Paused");
        await NoteAsync(job);
        await project.MoveAsync(job, "Canceled");
        Assert.Equal(RecoveryStepState.Done, (await GetAsync(job)).Steps[0].State);
        await project.SetAsync(job, "updated = updated + 1");
        Assert.NotEqual(RecoveryStepState.Done, (await GetAsync(job)).Steps[0].State);
    }

    [Fact]
    public async Task Schedule_is_told_as_its_switch_stands_and_stood()
    {
        var project = bench.NewProject();
        var pipeline = await project.PipelineAsync("contacts", schedule: new ScheduleDefinition { Every = TimeSpan.FromHours(1) });
        var job = await StoppedAsync(project, pipeline: "contacts");
        var before = Step(await GetAsync(job), RecoveryStepKind.PauseSchedule).Sentence;
        Assert.Contains("the next run comes due at", before, StringComparison.Ordinal);

        await SwitchAsync(pipeline, paused: true, "eve");
        var paused = await GetAsync(job);
        Assert.Equal((RecoveryStepState.Done, "eve"), Mark(Step(paused, RecoveryStepKind.PauseSchedule)));
        Assert.Equal(RecoveryStepState.Open, Step(paused, RecoveryStepKind.ResumeSchedule).State);

        await ApplyAsync(pipeline, "{guards,canary,nullShare}", "0.01");
        await SwitchAsync(pipeline, paused: false, "adam");
        var resumed = await GetAsync(job);
        Assert.Equal((RecoveryStepState.Done, "eve"), Mark(Step(resumed, RecoveryStepKind.PauseSchedule)));
        Assert.Equal((RecoveryStepState.Done, "adam"), Mark(Step(resumed, RecoveryStepKind.ResumeSchedule)));
    }

    [Fact]
    public async Task File_is_mended_by_what_maps_otherwise_or_has_other_guards_and_by_no_other_version()
    {
        var project = bench.NewProject();
        var pipeline = await project.PipelineAsync("contacts");
        var job = await StoppedAsync(project, pipeline: "contacts");
        await ApplyAsync(pipeline, "{maxFailures}", "9");
        Assert.NotEqual(RecoveryStepState.Done, Step(await GetAsync(job), RecoveryStepKind.Fix).State);
        await ApplyAsync(pipeline, "{objects,0,from}", "\"public.c\"");

        var fix = Step(await GetAsync(job), RecoveryStepKind.Fix);
        Assert.Equal((RecoveryStepState.Done, "fixer"), (fix.State, fix.DoneBy));
        Assert.StartsWith("Version 3 maps otherwise", fix.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{guards,canary,nullShare}", "0.9", false)]
    [InlineData("{guards,volume,action}", "\"Notify\"", false)]
    [InlineData("{guards,canary,nullShare}", "0.01", true)]
    [InlineData("{guards,rejects,action}", "\"Force\"", true)]
    public async Task File_with_other_guards_alone_is_mended_only_where_one_is_stricter(string path, string value, bool isMended)
    {
        var project = bench.NewProject();
        var pipeline = await project.PipelineAsync("contacts");
        var job = await StoppedAsync(project, pipeline: "contacts");
        await ApplyAsync(pipeline, path, value);

        var fix = Step(await GetAsync(job), RecoveryStepKind.Fix);

        Assert.Equal(isMended, fix.State == RecoveryStepState.Done);
        Assert.Contains(
            isMended ? $"({path[8..^1].Replace(',', '.')}), and maps as that does" : "has other guards, none of them stricter", fix.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guard_that_only_told_is_suggested_for_the_file_until_it_is_mended()
    {
        var project = bench.NewProject();
        var pipeline = await project.PipelineAsync("contacts");
        var job = await StoppedAsync(project, pipeline: "contacts");
        Assert.Equal("", Step(await GetAsync(job), RecoveryStepKind.Fix).SuggestedGuards);
        foreach (var (guard, measure, action) in new[] { ("Canary", "changedShare", "Notify"), ("FullLoad", "", "Hold"), ("Rejects", "", "Notify") })
        {
            await bench.Database.ExecuteAsync(
                $"""
                 insert into coordinator.guard_judgement (job_id, attempt, guard, measure, outcome, action, observed, allowed, sentence, cause)
                 values ('{job}', 1, '{guard}', '{measure}', 'Tripped', '{action}', 1, 0.5, 'It has tripped.', 'WrongMapping')
                 """);
        }

        Assert.Equal("guards:\n  canary: { changedShare: 0.5, action: hold }\n  rejects: { action: pause }", Step(await GetAsync(job), RecoveryStepKind.Fix).SuggestedGuards);
        await ApplyAsync(pipeline, "{objects,0,from}", "\"public.c\"");
        Assert.Equal("", Step(await GetAsync(job), RecoveryStepKind.Fix).SuggestedGuards);
    }

    [Fact]
    public async Task Dry_run_counts_where_it_is_of_what_the_file_in_force_maps()
    {
        var project = bench.NewProject();
        var pipeline = await project.PipelineAsync("contacts");
        var job = await StoppedAsync(project, pipeline: "contacts");
        var early = await CopyAsync(job, "DryRun", "Completed", """ "sample": {"rows": 100} """);
        await ApplyAsync(pipeline, "{objects,0,from}", "\"public.c\"");
        Assert.NotEqual(RecoveryStepState.Done, Step(await GetAsync(job), RecoveryStepKind.DryRun).State);
        await project.SetAsync(early, "pipeline_version = 2");
        var step = Step(await GetAsync(job), RecoveryStepKind.DryRun);
        Assert.Equal((RecoveryStepState.Done, $"{early}"), (step.State, step.JobId));
        await project.SetAsync(early, "created_at = now() - interval '1 day'");
        Assert.NotEqual(RecoveryStepState.Done, Step(await GetAsync(job), RecoveryStepKind.DryRun).State);
    }

    [Fact]
    public async Task Repairs_are_found_by_the_job_that_they_repair()
    {
        var project = bench.NewProject();
        var job = await StoppedAsync(project, pipeline: "contacts");
        var scope = $$""" "of_job_id": "{{job}}", "scope": {"jobId": "{{job}}", "fields": ["email"], "hasKeys": false} """;
        var rollback = await CopyAsync(job, "Rollback", "Processing", scope);
        var running = Step(await GetAsync(job), RecoveryStepKind.Rollback);
        Assert.Equal((RecoveryStepState.Running, $"{rollback}"), (running.State, running.JobId));

        await project.SetAsync(rollback, "state = 'Completed', finished_at = now(), rejected = 2");
        await bench.Database.ExecuteAsync(
            $"""
             insert into coordinator.job_attempt (job_id, attempt, extracted, written, inserted, updated, unchanged, rejected, in_doubt)
             values ('{rollback}', 1, 3, 3, 0, 3, 0, 0, 0)
             """);
        var done = Step(await GetAsync(job), RecoveryStepKind.Rollback);
        Assert.Equal(RecoveryStepState.Done, done.State);
        Assert.Contains("put back 15 rows (email only); 2 were left", done.Sentence, StringComparison.Ordinal);

        await UndoAsync(rollback, $$"""{"jobId": "{{rollback}}", "hasKeys": true}""");
        await UndoAsync(rollback, $$"""{"jobId": "{{rollback}}", "fields": ["email"]}""");
        await UndoAsync(rollback, $$"""{"jobId": "{{rollback}}", "object": "public.contacts"}""");
        Assert.Equal(RecoveryStepState.Done, Step(await GetAsync(job), RecoveryStepKind.Rollback).State);

        var undoing = await UndoAsync(rollback, $$"""{"jobId": "{{rollback}}"}""");
        Assert.NotEqual(RecoveryStepState.Done, Step(await GetAsync(job), RecoveryStepKind.Rollback).State);
        await UndoAsync(undoing, $$"""{"jobId": "{{undoing}}", "fields": []}""");
        Assert.Equal(RecoveryStepState.Done, Step(await GetAsync(job), RecoveryStepKind.Rollback).State);

        Task<Guid> UndoAsync(Guid of, string scope) => CopyAsync(of, "Rollback", "Completed", $$""" "of_job_id": "{{of}}", "scope": {{scope}} """);
    }

    [Fact]
    public async Task Removed_log_ends_what_goes_by_it()
    {
        var project = bench.NewProject();
        var job = await StoppedAsync(project);
        await project.SetAsync(job, "log_purged_at = now()");
        Assert.Contains("log was removed", (await GetAsync(job)).Steps[0].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dry_run_itself_has_no_steps()
    {
        var dry = await CopyAsync(await StoppedAsync(bench.NewProject()), "DryRun", "Completed", """ "sample": {"rows": 100} """);
        var answer = await GetAsync(dry);
        Assert.Empty(answer.Steps);
        Assert.Equal("A dry run writes nothing: there is nothing to recover from.", answer.Sentence);
    }

    [Fact]
    public async Task Job_of_a_foreign_project_is_not_found()
    {
        var job = await StoppedAsync(bench.NewProject());
        var error = await Assert.ThrowsAsync<RpcException>(() => GetAsync(job, ReadingBench.BoundTo("another")));
        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    async Task<GetRecoveryResponse> GetAsync(Guid job, Metadata? headers = null) =>
        await bench.Jobs.GetRecoveryAsync(new GetRecoveryRequest { Job = new JobReference { Id = $"{job}" } }, headers ?? []);

    static RecoveryStep Step(GetRecoveryResponse answer, RecoveryStepKind kind) => answer.Steps.Single(step => step.Kind == kind);

    static (RecoveryStepState State, string By) Mark(RecoveryStep step) => (step.State, step.DoneBy);

    async Task NoteAsync(Guid job, DiffSummary? summary = null, int? version = null) =>
        await bench.Marks.NoteAsync((await bench.Finder.ByIdAsync(job, project: null, default)).Job, "reader", summary, version, default);

    // Launched and stopped just now, having changed 12 rows.
    async Task<Guid> StoppedAsync(TestProject project, string state = "Canceled", string? pipeline = null)
    {
        var job = await project.JobAsync(state, pipeline: pipeline);
        await project.SetAsync(job, "created_at = now(), launched_at = now(), request_id = gen_random_uuid(), updated = 12, written = 12");
        return job;
    }

    async Task<Guid> CopyAsync(Guid job, string kind, string state, string more)
    {
        var id = Guid.NewGuid();
        var finished = state == "Completed" ? "now()" : "null";
        var (request, launched) = kind == "DryRun" ? ("null", "null") : ("gen_random_uuid()", "now()");
        await bench.Database.ExecuteAsync(
            $$"""
              insert into coordinator.sync_job
              select (jsonb_populate_record(j, jsonb_build_object(
                  'job_id', '{{id}}', 'job_no', nextval('coordinator.job_no') + 1000000000, 'kind', '{{kind}}', 'state', '{{state}}',
                  'created_at', clock_timestamp(), 'finished_at', {{finished}}, 'request_id', {{request}}, 'launched_at', {{launched}})
                  || '{ {{more}} }')).*
              from coordinator.sync_job j where job_id = '{{job}}'
              """);
        return id;
    }

    Task ApplyAsync(Guid pipeline, string path, string value) => bench.Database.ExecuteAsync(
        $"""
         insert into coordinator.pipeline_version (pipeline_id, version, definition, applied_by)
         select p.pipeline_id, p.version + 1, jsonb_set(v.definition, '{path}', '{value}'), 'fixer'
         from coordinator.pipeline p join coordinator.pipeline_version v using (pipeline_id, version) where p.pipeline_id = '{pipeline}';
         update coordinator.pipeline set version = version + 1 where pipeline_id = '{pipeline}'
         """);

    async Task SwitchAsync(Guid pipeline, bool paused, string actor)
    {
        await using var connection = new NpgsqlConnection(bench.Database.ConnectionString);
        await connection.OpenAsync();
        Assert.True(await StartRules.SwitchAsync(connection, pipeline, paused, actor, reason: null, default));
    }
}
