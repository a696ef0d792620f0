using System.Text.Json;
using Grpc.Core;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Jobs.Work;
using Headgate.JobCoordinator.Pipelines;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Pipelines;

/// <summary>ApplyPipeline: what is taken over, and what keeps it from being.</summary>
[Collection(nameof(PipelineCollection))]
public sealed class ApplyTests(PipelineBench bench)
{
    readonly BenchProject _project = bench.NewProject();

    [Fact]
    public async Task New_pipeline_is_applied_with_its_text_and_reason()
    {
        var request = BenchProject.Request(_project.Text());
        request.Reason = "the first";
        var answer = await bench.Admin.ApplyPipelineAsync(request);
        var result = answer.Results.Single();

        Assert.Empty(answer.Warnings);
        Assert.Equal((CommandOutcome.Accepted, 1, PipelineState.Enabled, "bench"), (result.Outcome, result.Pipeline.Version, result.Pipeline.State, result.Pipeline.AppliedBy));
        var shown = await bench.Admin.GetPipelineAsync(new GetPipelineRequest { Pipeline = _project.Reference() });
        Assert.Equal(("f0.yaml", _project.Text(), result.Pipeline.Id), (shown.File.Name, shown.File.Text, shown.Pipeline.Id));
        Assert.Equal("the first", await ReasonAsync(result.Pipeline.Id, 1));
    }

    [Fact]
    public async Task Same_again_is_already_so_and_a_change_is_the_next_version()
    {
        await _project.ApplyAsync();
        var same = (await bench.Admin.ApplyPipelineAsync(BenchProject.Request(_project.Text()))).Results.Single();
        var changed = (await bench.Admin.ApplyPipelineAsync(BenchProject.Request(_project.Text(more: "cursor: updated_at")))).Results.Single();

        Assert.Equal((CommandOutcome.AlreadySo, 1), (same.Outcome, same.Pipeline.Version));
        Assert.Equal((CommandOutcome.Accepted, 2), (changed.Outcome, changed.Pipeline.Version));
        Assert.Equal(2, await _project.VersionsAsync());
    }

    [Fact]
    public async Task Every_pipeline_of_every_file_has_a_result_in_their_order()
    {
        var answer = await bench.Admin.ApplyPipelineAsync(BenchProject.Request($"{_project.Text("c")}---\n{_project.Text("a")}", _project.Text("b")));

        Assert.Equal(["c", "a", "b"], answer.Results.Select(result => result.Pipeline.Name));
        Assert.All(answer.Results, result => Assert.Equal(CommandOutcome.Accepted, result.Outcome));
    }

    [Fact]
    public async Task Result_says_which_job_stays_with_its_version_and_whether_runs_are_taken()
    {
        await _project.ApplyAsync();
        var job = await _project.StartAsync();
        await _project.SetAsync("state = 'Paused'");

        var result = (await bench.Admin.ApplyPipelineAsync(BenchProject.Request(_project.Text(more: "cursor: updated_at")))).Results.Single();

        Assert.Contains($"Job {job} stays with version 1.", result.Sentence, StringComparison.Ordinal);
        Assert.Contains("It is Paused", result.Sentence, StringComparison.Ordinal);
        Assert.Equal(job.ToString(), result.Pipeline.CurrentJob.Id);
    }

    [Fact]
    public async Task Every_problem_of_every_file_is_named_with_its_place_and_nothing_is_applied()
    {
        var wrong = _project.Text("wrong").Replace("key: [id]", "kee: [id]", StringComparison.Ordinal).Replace("kind: Pipeline", "kind: Pipe", StringComparison.Ordinal);

        var violations = await Refused.InvalidAsync(bench.Admin.ApplyPipelineAsync(BenchProject.Request(_project.Text("fine"), wrong, "{")));

        Assert.Equal(["f1.yaml:2:7 kind", "f1.yaml:8:7 spec.objects[0].key", "f1.yaml:10:7 spec.objects[0].kee"], violations.Take(3).Select(violation => violation.Field));
        Assert.Contains("expected", violations[0].Problem, StringComparison.Ordinal);
        Assert.StartsWith("f2.yaml", Assert.Single(violations.Skip(3)).Field, StringComparison.Ordinal);
        Assert.Equal(0, await _project.PipelinesAsync());
    }

    [Fact]
    public async Task What_the_source_lacks_is_named_with_its_place_and_nothing_is_applied()
    {
        var table = _project.Text("no-table").Replace("from: public.contacts", "from: public.contact", StringComparison.Ordinal);
        var columns = _project.Text("no-columns", more: "cursor: changed_at");

        var violations = await Refused.InvalidAsync(bench.Admin.ApplyPipelineAsync(BenchProject.Request(table, columns, _project.Text("fine"))));

        Assert.Equal(["f0.yaml:8:13 spec.objects[0].from", "f1.yaml:11:15 spec.objects[0].cursor"], violations.Select(violation => violation.Field));
        Assert.Contains("expected one of its 3 columns: id, email, updated_at", violations[1].Problem, StringComparison.Ordinal);
        Assert.Equal(0, await _project.PipelinesAsync());
    }

    [Fact]
    public async Task Source_that_cannot_be_looked_at_is_a_warning()
    {
        var answer = await bench.Admin.ApplyPipelineAsync(BenchProject.Request(_project.Text(source: "env:SET_NOWHERE")));

        var warning = Assert.Single(answer.Warnings);
        Assert.Equal(("f0.yaml", 5, 11, "spec.source"), (warning.File, warning.Line, warning.Column, warning.Field));
        Assert.Contains("not looked at", warning.Message, StringComparison.Ordinal);
        Assert.Equal(CommandOutcome.Accepted, answer.Results.Single().Outcome);
    }

    [Fact]
    public async Task Version_after_which_all_is_read_where_runs_read_what_had_changed_is_warned_about()
    {
        var cursor = "cursor: updated_at";
        var pipeline = (await _project.ApplyAsync(more: cursor)).Id;
        await RememberAsync(pipeline, runs: 2);
        Assert.Empty((await ApplyAsync($"{cursor}\n      filter: id > 1")).Warnings);
        await RememberAsync(pipeline, runs: 3);

        var tried = Assert.Single((await ApplyAsync($"{cursor}\n      filter: id > 2", isTried: true)).Warnings);
        var warning = Assert.Single((await ApplyAsync($"{cursor}\n      filter: id > 2")).Warnings);
        var without = Assert.Single((await ApplyAsync("")).Warnings);

        Assert.Equal(("f0.yaml", 8, "spec.objects[0]"), (warning.File, warning.Line, warning.Field));
        Assert.StartsWith(
            $"the next run reads all of {_project.Name.Replace('-', '_')}.contacts, where the last 3 runs read what had changed, and the guard fullLoad will hold it",
            warning.Message, StringComparison.Ordinal);
        Assert.Contains($"headgate dry-run {_project.Name}/contacts --wait", warning.Message, StringComparison.Ordinal);
        Assert.Contains($"headgate sync {_project.Name}/contacts --confirm-full-load", warning.Message, StringComparison.Ordinal);
        Assert.Contains("headgate dry-run -f f0.yaml --wait", tried.Message, StringComparison.Ordinal);
        Assert.Contains("will hold it", without.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_that_leaves_what_is_read_as_it_was_is_not_warned_about()
    {
        var cursor = "cursor: updated_at";
        var pipeline = await _project.ApplyAsync(more: cursor);
        await RememberAsync(pipeline.Id, runs: 5);
        var definition = JsonSerializer.Deserialize<PipelineDefinition>(
            (await bench.State.ScalarAsync<string>($"select definition::text from coordinator.pipeline_version where pipeline_id = '{pipeline.Id}'"))!, PipelineJson.Options)!;
        await bench.State.ExecuteAsync(
            $"""
             insert into coordinator.object_offset (pipeline_id, object_key, job_id, attempt, object_no)
             values ('{pipeline.Id}', '{ObjectKey.Of(definition, definition.Objects[0])}', gen_random_uuid(), 1, 0)
             """);

        var answer = await ApplyAsync($"{cursor}\n  maxFailures: 7");

        Assert.Equal((2, CommandOutcome.Accepted), (answer.Results.Single().Pipeline.Version, answer.Results.Single().Outcome));
        Assert.Empty(answer.Warnings);
        Assert.Single((await ApplyAsync($"{cursor}\n      filter: id > 2")).Warnings);
        Assert.Empty((await ApplyAsync($"{cursor}\n      filter: id > 2")).Warnings);
    }

    [Fact]
    public async Task Destination_that_cannot_be_fenced_is_refused_and_nothing_is_applied()
    {
        var refusal = await Refused.ByAsync(Rule.Fence, $"pipeline:{_project.Name}/fine", bench.Admin.ApplyPipelineAsync(
            BenchProject.Request(_project.Text("fine"), _project.Text("nowhere", destination: "env:SET_NOWHERE"))));

        Assert.Contains($"{_project.Name}/nowhere: ", refusal.Sentence, StringComparison.Ordinal);
        Assert.Empty(refusal.WouldAccept);
        Assert.Equal(0, await _project.PipelinesAsync());
    }

    [Fact]
    public async Task Table_of_another_pipeline_is_refused_with_the_whole_set_also_when_the_refusal_is_kept()
    {
        await _project.ApplyAsync();
        var request = BenchProject.Request(_project.Text("fine"), _project.Text("thief", to: $"{_project.Name}.contacts"));
        request.IdempotencyKey = _project.Name;

        var refusal = await Refused.ByAsync(Rule.TableTaken, $"pipeline:{_project.Name}/thief", bench.Admin.ApplyPipelineAsync(request));
        await Refused.ByAsync(Rule.TableTaken, $"pipeline:{_project.Name}/thief", bench.Admin.ApplyPipelineAsync(request));

        Assert.Contains($"is written by {_project.Name}/contacts", refusal.Sentence, StringComparison.Ordinal);
        Assert.Equal(1, await _project.PipelinesAsync());
    }

    [Fact]
    public async Task Table_of_a_foreign_pipeline_is_refused_without_its_name()
    {
        await _project.ApplyAsync();
        var other = bench.NewProject();
        var caller = await bench.OperatorAsync(other.Name);

        var refusal = await Refused.ByAsync(Rule.TableTaken, $"pipeline:{other.Name}/thief", caller.ApplyPipelineAsync(
            BenchProject.Request(other.Text("thief", to: $"{_project.Name}.contacts"))));

        Assert.DoesNotContain($"{_project.Name}/", refusal.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Foreign_project_in_any_file_is_denied_before_anything_is_looked_at()
    {
        var (own, foreign) = (bench.NewProject(), _project);
        var caller = await bench.OperatorAsync(own.Name);
        var lacking = foreign.Text().Replace("from: public.contacts", "from: public.contact", StringComparison.Ordinal);

        await Refused.AsAsync(StatusCode.PermissionDenied, caller.ApplyPipelineAsync(BenchProject.Request(own.Text(), lacking)));

        Assert.Equal((0, 0), (await own.PipelinesAsync(), await foreign.PipelinesAsync()));
        Assert.Equal($"pipelines {own.Name}/contacts, {foreign.Name}/contacts", await bench.State.ScalarAsync<string>(
            $"select subject from coordinator.audit where outcome = 'PERMISSION_DENIED' and subject like '%{foreign.Name}%'"));
    }

    [Fact]
    public async Task Validate_only_checks_everything_and_applies_nothing()
    {
        var standing = await _project.ApplyAsync();
        var request = BenchProject.Request(_project.Text(), _project.Text("new"));
        request.ValidateOnly = true;

        var answer = await bench.Admin.ApplyPipelineAsync(request);

        Assert.Equal((standing.Id, 1), (answer.Results[0].Pipeline.Id, answer.Results[0].Pipeline.Version));
        Assert.Contains("nothing would change", answer.Results[0].Sentence, StringComparison.Ordinal);
        Assert.Null(answer.Results[1].Pipeline);
        Assert.Contains("version 1 would be added", answer.Results[1].Sentence, StringComparison.Ordinal);
        Assert.All(answer.Results, result => Assert.Equal(CommandOutcome.Unspecified, result.Outcome));
        Assert.Equal((1, 1), (await _project.PipelinesAsync(), await _project.VersionsAsync()));
    }

    [Fact]
    public async Task Validate_only_is_refused_as_applying_would_be()
    {
        await _project.ApplyAsync();
        var taken = BenchProject.Request(_project.Text("thief", to: $"{_project.Name}.contacts"));
        var outdated = BenchProject.Expecting(7, _project.Text());
        taken.ValidateOnly = outdated.ValidateOnly = true;

        await Refused.ByAsync(Rule.TableTaken, $"pipeline:{_project.Name}/thief", bench.Admin.ApplyPipelineAsync(taken));
        await Refused.AsAsync(StatusCode.FailedPrecondition, bench.Admin.ApplyPipelineAsync(outdated));
    }

    [Fact]
    public async Task Bounds_are_refused_with_the_field()
    {
        var big = BenchProject.Request(_project.Text() + new string('#', 1024 * 1024), _project.Text("two"));
        big.Files[1].File_.Name = "a\nb";
        var many = BenchProject.Request(Enumerable.Repeat("#\n", 1001));
        var heavy = BenchProject.Request(Enumerable.Repeat(new string('#', 1024 * 1024 - 10), 5));
        var bare = new ApplyPipelineRequest { Files = { BenchProject.Request(_project.Text()).Files[0], new ApplyPipelineRequest.Types.File() } };

        Assert.Equal(["files[0].file.text", "files[1].file.name"], await FieldsAsync(big));
        Assert.Equal(["files"], await FieldsAsync(many));
        Assert.Equal(["files"], await FieldsAsync(heavy));
        Assert.Equal(["files[1].file"], await FieldsAsync(bare));
        Assert.Equal(["files.file"], await FieldsAsync(new ApplyPipelineRequest()));
        Assert.Equal(["files[0].expected_version"], await FieldsAsync(BenchProject.Expecting(-1, _project.Text())));
        Assert.Equal(["files[0].expected_version"], await FieldsAsync(BenchProject.Expecting(0, $"{_project.Text("a")}---\n{_project.Text("b")}")));

        async Task<string[]> FieldsAsync(ApplyPipelineRequest request) =>
            [.. (await Refused.InvalidAsync(bench.Admin.ApplyPipelineAsync(request))).Select(violation => violation.Field)];
    }

    [Fact]
    public async Task Problems_beyond_what_an_answer_can_carry_are_counted()
    {
        var text = string.Join('\n', Enumerable.Range(0, 2000).Select(no => $"unknown{no}: 1"));

        var violations = await Refused.InvalidAsync(bench.Admin.ApplyPipelineAsync(BenchProject.Request(text)));

        Assert.InRange(violations.Length, 100, 1000);
        // Those of the keys, and of apiVersion, kind, metadata and spec.
        Assert.Equal(("files", $"{2004 - (violations.Length - 1):N0} more problems"), violations[^1]);
    }

    [Fact]
    public async Task What_stands_in_the_place_of_a_connection_is_never_repeated()
    {
        var error = await Refused.AsAsync(StatusCode.InvalidArgument, bench.Admin.ApplyPipelineAsync(
            BenchProject.Request(_project.Text(source: "\"Host=db;Password=hunter2\"", destination: "hunter2"))));

        Assert.DoesNotContain("hunter2", $"{error.Status.Detail} {error.GetRpcStatus()}", StringComparison.Ordinal);
        Assert.Equal(0, await _project.CountAsync("coordinator.audit where sentence like '%hunter2%'"));
    }

    Task<string?> ReasonAsync(string pipeline, int version) => bench.State.ScalarAsync<string>(
        $"select reason from coordinator.pipeline_version where pipeline_id = '{pipeline}' and version = {version}");

    async Task<ApplyPipelineResponse> ApplyAsync(string more, bool isTried = false)
    {
        var request = BenchProject.Request(_project.Text(more: more));
        request.ValidateOnly = isTried;
        return await bench.Admin.ApplyPipelineAsync(request);
    }

    // As runs that read what had changed have left it.
    Task RememberAsync(string pipeline, int runs) => bench.State.ExecuteAsync(
        $"""
         insert into coordinator.object_history (pipeline_id, name, full_read, rows, ended)
         select '{pipeline}', 'public.contacts|{_project.Name.Replace('-', '_')}.contacts', false, array_agg(9), array_agg(now() - no * interval '1 hour')
         from generate_series(1, {runs}) no
         on conflict (pipeline_id, name, full_read) do update set rows = excluded.rows, ended = excluded.ended
         """);
}
