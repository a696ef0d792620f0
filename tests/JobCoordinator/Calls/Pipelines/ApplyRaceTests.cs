using Grpc.Core;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Pipelines;

/// <summary>ApplyPipeline of several callers, again, and with an expected version.</summary>
[Collection(nameof(PipelineCollection))]
public sealed class ApplyRaceTests(PipelineBench bench)
{
    readonly BenchProject _project = bench.NewProject();

    [Fact]
    public async Task Version_that_was_expected_is_applied_over()
    {
        Assert.Equal(1, await ApplyAsync(0, ""));
        Assert.Equal(2, await ApplyAsync(1, "cursor: updated_at"));

        async Task<int> ApplyAsync(int expected, string more) =>
            (await bench.Admin.ApplyPipelineAsync(BenchProject.Expecting(expected, _project.Text(more: more)))).Results.Single().Pipeline.Version;
    }

    [Theory]
    [InlineData(0, "version 2 is in force, and it was expected not to be there")]
    [InlineData(1, "version 2 is in force, and version 1 was expected")]
    [InlineData(3, "version 2 is in force, and version 3 was expected")]
    public async Task Any_other_version_is_refused(int expected, string why)
    {
        await _project.ApplyAsync();
        var standing = await _project.ApplyAsync(more: "cursor: updated_at");

        var refusal = await Refused.ByAsync(Rule.Version, $"pipeline:{standing.Id}", bench.Admin.ApplyPipelineAsync(BenchProject.Expecting(expected, _project.Text())));

        Assert.Contains(why, refusal.Sentence, StringComparison.Ordinal);
        Assert.Equal([Operation.ApplyPipeline], refusal.WouldAccept);
        Assert.Equal(2, await _project.VersionsAsync());
    }

    [Fact]
    public async Task Version_of_a_pipeline_that_is_not_there_is_refused_and_leaves_none()
    {
        await Refused.ByAsync(Rule.Version, $"pipeline:{_project.Name}/contacts", bench.Admin.ApplyPipelineAsync(BenchProject.Expecting(1, _project.Text())));

        Assert.Equal(0, await _project.PipelinesAsync());
    }

    [Fact]
    public async Task Of_two_who_expect_the_same_version_one_wins()
    {
        await _project.ApplyAsync();
        Task<ApplyPipelineResponse>[] calls;
        await using (await bench.HoldAsync("lock table coordinator.pipeline_target in share row exclusive mode"))
        {
            calls =
            [
                bench.Admin.ApplyPipelineAsync(BenchProject.Expecting(1, _project.Text(more: "cursor: updated_at"))).ResponseAsync,
                bench.Admin.ApplyPipelineAsync(BenchProject.Expecting(1, _project.Text(more: "filter: active"))).ResponseAsync,
            ];
            await bench.WaitingForLocksAsync(2);
        }

        var outcomes = await Task.WhenAll(calls.Select(async call => (await Record.ExceptionAsync(() => call)) as RpcException));

        Assert.Equal(StatusCode.FailedPrecondition, Assert.Single(outcomes, error => error is not null)!.StatusCode);
        Assert.Equal(2, await _project.VersionsAsync());
    }

    [Fact]
    public async Task Ten_same_calls_at_once_add_one_version_and_are_answered_alike()
    {
        var request = BenchProject.Request(_project.Text());
        request.IdempotencyKey = _project.Name;

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => bench.Admin.ApplyPipelineAsync(request).ResponseAsync));

        Assert.All(answers, answer => Assert.Equal(CommandOutcome.Accepted, answer.Results.Single().Outcome));
        Assert.Single(answers.Distinct());
        Assert.Equal(1, await _project.VersionsAsync());
    }

    [Fact]
    public async Task Ten_at_once_without_a_key_add_one_version_too()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => bench.Admin.ApplyPipelineAsync(BenchProject.Request(_project.Text())).ResponseAsync));

        Assert.Single(answers, answer => answer.Results.Single().Outcome == CommandOutcome.Accepted);
        Assert.Equal(1, await _project.VersionsAsync());
    }

    [Fact]
    public async Task Repeat_shows_the_pipeline_as_it_stands_and_brings_the_reason()
    {
        var request = BenchProject.Request(_project.Text());
        request.IdempotencyKey = _project.Name;
        await bench.Admin.ApplyPipelineAsync(request);
        await _project.ApplyAsync(more: "cursor: updated_at");
        request.Reason = "asked for afterwards";

        var again = (await bench.Admin.ApplyPipelineAsync(request)).Results.Single();
        request.Reason = "another one";
        await bench.Admin.ApplyPipelineAsync(request);

        Assert.Equal((CommandOutcome.Accepted, 2), (again.Outcome, again.Pipeline.Version));
        Assert.Equal("asked for afterwards", await bench.State.ScalarAsync<string>(
            $"select reason from coordinator.pipeline_version where pipeline_id = '{again.Pipeline.Id}' and version = 1"));
        Assert.Null(await bench.State.ScalarAsync<string>(
            $"select reason from coordinator.pipeline_version where pipeline_id = '{again.Pipeline.Id}' and version = 2"));
    }

    [Fact]
    public async Task Nothing_is_applied_where_the_answer_is_not_kept()
    {
        var request = BenchProject.Request(_project.Text());
        request.IdempotencyKey = _project.Name;
        await bench.State.ExecuteAsync("alter table coordinator.idempotent_call add constraint nothing_is_kept check (response is null) not valid");
        try
        {
            await Assert.ThrowsAsync<RpcException>(() => bench.Admin.ApplyPipelineAsync(request).ResponseAsync);
        }
        finally
        {
            await bench.State.ExecuteAsync("alter table coordinator.idempotent_call drop constraint nothing_is_kept");
        }

        Assert.Equal(0, await _project.PipelinesAsync());
        Assert.Equal(CommandOutcome.Accepted, (await bench.Admin.ApplyPipelineAsync(request)).Results.Single().Outcome);
    }
}
