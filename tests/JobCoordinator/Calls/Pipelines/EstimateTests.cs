using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Pipelines;

/// <summary>SyncNow and ResyncPipeline with validate_only: what they would do, and nothing is started.</summary>
[Collection(nameof(PipelineCollection))]
public sealed class EstimateTests(PipelineBench bench)
{
    readonly BenchProject _project = bench.NewProject();

    [Fact]
    public async Task Run_is_told_with_its_objects_and_about_how_many_records()
    {
        await FillAsync();
        await _project.ApplyAsync();

        var answer = await SyncAsync();

        var only = Assert.Single(answer.Estimate.Objects);
        Assert.Equal(("public.contacts", $"{_project.Name}.contacts", true, 500), (only.Source, only.Destination, only.FullRead, only.Rows));
        Assert.False(only.HasDestinationRows);
        Assert.Equal((500, $"postgres {PipelineBench.DestinationReference}", ""), (answer.Estimate.Rows, answer.Estimate.Destination, answer.Estimate.ActiveJobId));
        Assert.Equal("A run would read all records.", answer.Sentence);
        Assert.Equal((RunOutcome.Unspecified, null, 0), (answer.Outcome, answer.Job, await _project.JobsAsync()));
    }

    [Fact]
    public async Task Active_job_is_named_with_what_would_become_of_it()
    {
        await _project.ApplyAsync();
        var job = await _project.StartAsync();

        Assert.Equal((job.ToString(), $"Job {job} is active: no run would be started."), (await SyncAsync()) is var plain ? (plain.Estimate.ActiveJobId, plain.Sentence) : default);
        Assert.StartsWith($"Job {job} would be canceled", (await SyncAsync(OnActiveJob.CancelAndStart)).Sentence, StringComparison.Ordinal);
        Assert.StartsWith($"Job {job} would be canceled first.", (await ResyncAsync()).Sentence, StringComparison.Ordinal);
        Assert.Equal("Pending", await _project.StateAsync(job));
    }

    [Theory]
    [InlineData("delete", " Rows of objects that are read in full whose keys the source does not have would be DELETED.")]
    [InlineData("mark", " Rows of objects that are read in full whose keys the source does not have would be marked.")]
    [InlineData("keep", "")]
    public async Task Rows_that_would_go_are_told_before_it_is_confirmed(string onVanished, string sentence)
    {
        await bench.Admin.ApplyPipelineAsync(BenchProject.Request($"{_project.Text()}  onVanished: {onVanished}\n"));

        Assert.Equal($"A run would read all records.{sentence}", (await SyncAsync()).Sentence);
        Assert.EndsWith($"write those that differ.{sentence.Replace(" of objects that are read in full", "", StringComparison.Ordinal)}", (await ResyncAsync()).Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("would be DELETED", (await ResyncAsync(dropAndLoad: true)).Sentence, StringComparison.Ordinal);

        var job = await _project.StartAsync();
        Assert.Equal($"Job {job} is active: no run would be started.", (await SyncAsync()).Sentence);
        Assert.Contains($"would be canceled, and a run that reads all records start when it has ended.{sentence}", (await SyncAsync(OnActiveJob.CancelAndStart)).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failed_job_that_would_go_on_is_named()
    {
        await _project.ApplyAsync();
        var job = await _project.StartAsync();
        await _project.MoveAsync(job, "Failed", ", resume_to = 'Pending'");
        Assert.Equal($"The failed job {job} would go on where it failed.", (await SyncAsync()).Sentence);
    }

    [Fact]
    public async Task Resync_reads_everything_and_says_what_becomes_of_the_tables()
    {
        await FillAsync();
        await _project.ApplyAsync();

        var (kept, dropped) = (await ResyncAsync(), await ResyncAsync(dropAndLoad: true));

        Assert.Equal((500, false), (kept.Estimate.Rows, kept.Estimate.Objects.Single().Dropped));
        Assert.True(dropped.Estimate.Objects.Single().Dropped);
        Assert.Contains("new tables", dropped.Sentence, StringComparison.Ordinal);
        Assert.Equal((PipelineState.Enabled, 0), (kept.Pipeline.State, await _project.JobsAsync()));
    }

    [Theory]
    [InlineData("Paused")]
    [InlineData("Resyncing")]
    public async Task Pipeline_that_takes_no_runs_is_refused_as_without(string state)
    {
        var pipeline = await _project.ApplyAsync();
        await _project.SetAsync($"state = '{state}'");
        await Refused.ByAsync(Rule.PipelineTakesNoRuns, $"pipeline:{pipeline.Id}", bench.Admin.SyncNowAsync(new SyncNowRequest { Pipeline = _project.Reference(), ValidateOnly = true }));
        await Refused.ByAsync(
            Rule.PipelineTakesNoRuns, $"pipeline:{pipeline.Id}", bench.Admin.ResyncPipelineAsync(new ResyncPipelineRequest { Pipeline = _project.Reference(), ValidateOnly = true }));
    }

    [Fact]
    public async Task Destination_that_cannot_be_looked_at_is_said_and_the_rest_told()
    {
        await FillAsync();
        await _project.ApplyAndLoseDestinationAsync();

        var answer = await SyncAsync();

        Assert.Equal(500, answer.Estimate.Rows);
        Assert.Contains("How much that is, is not known of every object", answer.Sentence, StringComparison.Ordinal);
    }

    // The same for all tests of the collection.
    Task FillAsync() => bench.Source.ExecuteAsync(
        """
        insert into contacts select n, 'e' || n, now() from generate_series(1, 500) n on conflict do nothing;
        analyze contacts
        """);

    Task<SyncNowResponse> SyncAsync(OnActiveJob onActive = OnActiveJob.Refuse) => bench.Admin.SyncNowAsync(
        new SyncNowRequest { Pipeline = _project.Reference(), OnActiveJob = onActive, ValidateOnly = true }).ResponseAsync;

    Task<ResyncPipelineResponse> ResyncAsync(bool dropAndLoad = false) => bench.Admin.ResyncPipelineAsync(
        new ResyncPipelineRequest { Pipeline = _project.Reference(), DropAndLoad = dropAndLoad, ValidateOnly = true }).ResponseAsync;
}
