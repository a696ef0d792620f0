using Headgate.JobCoordinator.Tests.Calls.Pipelines;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Repairs;

/// <summary>ReplayJob, by the pipeline file that is in force.</summary>
[Collection(nameof(PipelineCollection))]
public sealed class ReplayTests(PipelineBench bench)
{
    readonly BenchProject _project = bench.NewProject();

    [Fact]
    public async Task Replay_is_a_job_of_its_own_and_goes_by_the_file_in_force()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        var before = await ReplayAsync(run, validateOnly: true);
        await _project.ApplyAsync(more: "filter: id > 0");

        var answer = await ReplayAsync(run);

        Assert.Equal((JobKind.Replay, run.Id.ToString(), CommandOutcome.Accepted), (answer.Job.Kind, answer.Job.OfJobId, answer.Outcome));
        Assert.StartsWith(
            $"Job {answer.Job.Id} was accepted: it moves the records of 4 changes of job {run.Id} again, as the source has them now and through version 2",
            answer.Sentence, StringComparison.Ordinal);
        Assert.EndsWith("what was wrong in its file still is.", before.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("still is", answer.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_kept_for_the_object_that_writes_the_table_now()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        await bench.Source.ExecuteAsync($"create table {_project.Name} (id int primary key)");
        await ApplyAsync(_project.Text(to: $"{_project.Name}.other", more: $"\n    - {{ from: public.contacts, to: {run.Table}, key: [id] }}")
            .Replace("- from: public.contacts", $"- from: public.{_project.Name}", StringComparison.Ordinal));

        var job = (await ReplayAsync(run, "7")).Job;

        Assert.Equal("1:{7}", await run.SelectedAsync(job.Id));
    }

    [Fact]
    public async Task Table_that_the_file_does_not_write_any_more_is_refused()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        await _project.ApplyAsync(to: $"{_project.Name}.other");

        var refusal = await Refused.ByAsync(Rule.NothingRecorded, $"job:{run.Id}", bench.Records.ReplayJobAsync(Request(run, validateOnly: true)));

        Assert.Equal(
            $"Job {run.Id}: none of its objects is written by the file in force; version 2 of {_project.Name}/contacts has nothing to replay it by.",
            refusal.Sentence);
    }

    [Fact]
    public async Task Table_that_is_written_by_another_key_now_is_refused()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        await bench.Source.ExecuteAsync($"create table {_project.Name} (nr int primary key, id int, email text, city text)");
        await ApplyAsync(_project.Text()
            .Replace("from: public.contacts", $"from: public.{_project.Name}", StringComparison.Ordinal).Replace("[id]", "[nr]", StringComparison.Ordinal));

        var refusal = await Refused.ByAsync(Rule.KeysChanged, $"job:{run.Id}", bench.Records.ReplayJobAsync(Request(run, validateOnly: true)));

        Assert.Contains("wrote its records by id, and the pipeline file's key is nr now", refusal.Sentence, StringComparison.Ordinal);
        Assert.Equal([Operation.RollbackJob], refusal.WouldAccept);
    }

    static ReplayJobRequest Request(LoggedRun run, string? key = null, bool validateOnly = false)
    {
        var request = new ReplayJobRequest { Job = run.Reference, ValidateOnly = validateOnly };
        if (key is not null) request.Keys.Add(new RecordKey { Values = { ["id"] = key } });
        return request;
    }

    async Task<ReplayJobResponse> ReplayAsync(LoggedRun run, string? key = null, bool validateOnly = false) =>
        await bench.Records.ReplayJobAsync(Request(run, key, validateOnly));

    async Task ApplyAsync(string text) => await bench.Admin.ApplyPipelineAsync(BenchProject.Request(text));
}
