using Grpc.Core;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Pipelines;

/// <summary>DryRun: of what, beside what, and what is not taken.</summary>
[Collection(nameof(PipelineCollection))]
public sealed class DryRunTests(PipelineBench bench)
{
    readonly BenchProject _project = bench.NewProject();

    [Fact]
    public async Task Dry_run_of_a_pipeline_is_there_with_its_answer_beside_the_active_job()
    {
        var pipeline = await _project.ApplyAsync();
        var active = await _project.StartAsync();
        await _project.MoveAsync(active, "Processing");

        var answer = await bench.Admin.DryRunAsync(new DryRunRequest { Pipeline = _project.Reference(), Filter = "id > 3", Reason = "to see" });

        var shown = (await bench.Jobs.GetJobAsync(new GetJobRequest { Job = new JobReference { Id = answer.Job.Id } })).Job;
        Assert.Equal(
            (JobKind.DryRun, JobState.Pending, pipeline.Id, 1, "bench", "to see"),
            (shown.Kind, shown.State, shown.PipelineId, shown.PipelineVersion, shown.Trigger.Actor, shown.Trigger.Reason));
        Assert.Contains("reads up to 100 records", answer.Sentence, StringComparison.Ordinal);
        Assert.Equal("""{"rows": 100, "filter": "id > 3"}""", await SampleAsync(answer));
        Assert.Equal(active.ToString(), (await bench.Admin.GetPipelineAsync(new GetPipelineRequest { Pipeline = _project.Reference() })).Pipeline.CurrentJob.Id);
    }

    [Fact]
    public async Task Dry_run_the_first_word_of_which_is_lost_on_its_way_is_looked_at_by_the_reconciler()
    {
        await _project.ApplyAsync();
        var answer = await bench.Admin.DryRunAsync(new DryRunRequest { Pipeline = _project.Reference() });
        Assert.Equal(1, await _project.CountAsync(
            $"coordinator.sync_job where job_id = '{answer.Job.Id}' and state = 'Pending' and wake_at between now() - interval '1 minute' and now() + interval '1 hour'"));
    }

    [Theory]
    [InlineData("keep", "")]
    [InlineData("mark", "which a run would mark, are not looked for.")]
    [InlineData("delete", "which a run would delete, are not looked for.")]
    public async Task Rows_that_vanished_are_not_looked_for_and_that_is_said(string onVanished, string said)
    {
        var answer = await bench.Admin.DryRunAsync(new DryRunRequest { File = File($"{_project.Text()}\n  onVanished: {onVanished}"), All = true });
        Assert.EndsWith(said.Length > 0 ? said : "and writes nothing.", answer.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Paused")]
    [InlineData("Failed")]
    public async Task Pipeline_that_takes_no_runs_takes_dry_ones(string state)
    {
        await _project.ApplyAsync();
        await _project.SetAsync($"state = '{state}'");

        Assert.Equal(JobState.Pending, (await bench.Admin.DryRunAsync(new DryRunRequest { Pipeline = _project.Reference(), All = true })).Job.State);
    }

    [Fact]
    public async Task File_that_is_not_applied_is_run_and_applies_nothing()
    {
        var answer = await bench.Admin.DryRunAsync(new DryRunRequest { File = File(_project.Text()), SampleSize = 7 });

        Assert.Equal((_project.Name, "contacts", JobKind.DryRun), (answer.Job.Project, answer.Job.Pipeline, answer.Job.Kind));
        Assert.Equal("""{"rows": 7}""", await SampleAsync(answer));
        Assert.Empty((await bench.Admin.ListPipelinesAsync(new ListPipelinesRequest { Project = _project.Name })).Pipelines);
        Assert.Equal(0, await _project.CountAsync($"coordinator.pipeline_target where pipeline_id = '{answer.Job.PipelineId}'"));
        Assert.Equal(0, await _project.CountAsync($"coordinator.obligation where pipeline_id = '{answer.Job.PipelineId}'"));
        // Its name and its table are free.
        Assert.Equal(1, (await _project.ApplyAsync()).Version);
    }

    [Fact]
    public async Task File_that_does_not_fit_its_source_is_refused_with_its_line()
    {
        var error = await Refused.AsAsync(
            StatusCode.InvalidArgument, bench.Admin.DryRunAsync(new DryRunRequest { File = File(_project.Text(more: "cursor: nowhere")) }));

        Assert.Contains("nowhere", error.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(0, await _project.JobsAsync());
    }

    [Fact]
    public async Task File_of_a_foreign_project_is_refused()
    {
        var stranger = await bench.OperatorAsync("elsewhere");
        await Refused.AsAsync(StatusCode.PermissionDenied, stranger.DryRunAsync(new DryRunRequest { File = File(_project.Text()) }));
        Assert.Equal(0, await _project.PipelinesAsync());
    }

    [Fact]
    public async Task Repeated_call_starts_no_second_job()
    {
        await _project.ApplyAsync();
        var request = new DryRunRequest { Pipeline = _project.Reference(), IdempotencyKey = Guid.NewGuid().ToString() };

        var first = await bench.Admin.DryRunAsync(request);
        await _project.MoveAsync(Guid.Parse(first.Job.Id), "Completed");
        var again = await bench.Admin.DryRunAsync(request);

        Assert.Equal((first.Job.Id, JobState.Completed), (again.Job.Id, again.Job.State));
        Assert.Equal(1, await _project.JobsAsync());
    }

    [Theory]
    [InlineData(-1, false, "", "sample_size")]
    [InlineData(10_001, false, "", "sample_size")]
    [InlineData(5, true, "", "all")]
    [InlineData(0, false, "a\0b", "filter")]
    public async Task Sample_that_is_none_is_refused(int size, bool all, string filter, string field)
    {
        await _project.ApplyAsync();
        var call = bench.Admin.DryRunAsync(new DryRunRequest { Pipeline = _project.Reference(), SampleSize = size, All = all, Filter = filter });
        Assert.Equal(field, Assert.Single(await Refused.InvalidAsync(call)).Field);
    }

    [Fact]
    public async Task Request_without_a_subject_or_with_two_pipelines_is_refused()
    {
        Assert.Equal("pipeline, file", Assert.Single(await Refused.InvalidAsync(bench.Admin.DryRunAsync(new DryRunRequest()))).Field);
        var two = new DryRunRequest { File = File($"{_project.Text("one")}---\n{_project.Text("two")}") };
        Assert.Equal("file.text", Assert.Single(await Refused.InvalidAsync(bench.Admin.DryRunAsync(two))).Field);
    }

    [Fact]
    public async Task What_was_found_is_shown_of_one_that_is_through()
    {
        await _project.ApplyAsync();
        var job = Guid.Parse((await bench.Admin.DryRunAsync(new DryRunRequest { Pipeline = _project.Reference() })).Job.Id);
        await bench.State.ExecuteAsync(
            $$"""
              insert into coordinator.job_object (job_id, object_no, state, source, destination, object_key) values ('{{job}}', 0, 'Extracted', 'a', 'public.a', 'k');
              insert into coordinator.job_finding (job_id, attempt, object_no, found) values ('{{job}}', 1, 0,
                  '{"objectNo": 0, "rows": 100, "inserts": 1, "updates": 90, "unchanged": 7, "rejected": 2, "destinationRows": 80, "fields": [
                      {"field": "email", "changed": 90, "nulled": 3, "nonNullBefore": 99, "same": 80, "sameBefore": 0},
                      {"field": "name", "changed": 0, "nulled": 0, "nonNullBefore": 99, "same": 0, "sameBefore": 0}]}')
              """);
        var before = await bench.Jobs.GetJobAsync(new GetJobRequest { Job = new JobReference { Id = job.ToString() } });
        await _project.MoveAsync(job, "Completed");

        var found = (await bench.Jobs.GetJobAsync(new GetJobRequest { Job = new JobReference { Id = job.ToString() } })).Job.DryRun;

        Assert.Null(before.Job.DryRun);
        var expected = new DryRunObject
        {
            Object = "public.a",
            Compared = 100,
            Inserts = 1,
            Updates = 90,
            Unchanged = 7,
            Rejected = 2,
            Fields = { new DryRunField { Field = "email", Changed = 90, Nulled = 3 } },
        };
        Assert.Equal([expected], found.Objects);
    }

    static PipelineFile File(string text) => new() { Name = "new.yaml", Text = text };

    Task<string?> SampleAsync(DryRunResponse answer) =>
        bench.State.ScalarAsync<string>($"select sample::text from coordinator.sync_job where job_id = '{answer.Job.Id}'");
}
