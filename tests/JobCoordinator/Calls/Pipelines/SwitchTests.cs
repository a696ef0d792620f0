using Grpc.Core;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Pipelines;

/// <summary>EnablePipeline and PausePipeline.</summary>
[Collection(nameof(PipelineCollection))]
public sealed class SwitchTests(PipelineBench bench)
{
    readonly BenchProject _project = bench.NewProject();

    [Theory]
    [InlineData("Paused")]
    [InlineData("Failed")]
    public async Task Pipeline_that_takes_no_runs_is_enabled_and_counts_from_0(string state)
    {
        await _project.ApplyAsync();
        await _project.SetAsync($"state = '{state}', failures = 3");

        var answer = await EnableAsync();

        Assert.Equal((CommandOutcome.Accepted, PipelineState.Enabled, 0), (answer.Outcome, answer.Pipeline.State, answer.Pipeline.Failures));
        await _project.StartAsync();
    }

    [Fact]
    public async Task Enabled_one_is_enabled_already_and_its_failures_stay()
    {
        await _project.ApplyAsync();
        await _project.SetAsync("failures = 2");

        var answer = await EnableAsync();

        Assert.Equal((CommandOutcome.AlreadySo, PipelineState.Enabled, 2), (answer.Outcome, answer.Pipeline.State, answer.Pipeline.Failures));
    }

    [Fact]
    public async Task Paused_pipeline_takes_no_run_and_its_job_goes_on()
    {
        await _project.ApplyAsync();
        var job = await _project.StartAsync();

        var answer = await PauseAsync();

        Assert.Equal((CommandOutcome.Accepted, PipelineState.Paused), (answer.Outcome, answer.Pipeline.State));
        Assert.Contains($"job {job}, Pending, is not touched", answer.Sentence, StringComparison.Ordinal);
        Assert.Equal("Pending", await _project.StateAsync(job));
        await _project.MoveAsync(job, "Completed");
        await Refused.ByAsync(Rule.PipelineTakesNoRuns, $"pipeline:{answer.Pipeline.Id}", bench.Admin.SyncNowAsync(new SyncNowRequest { Pipeline = _project.Reference() }));
    }

    [Fact]
    public async Task Paused_one_is_paused_already()
    {
        await _project.ApplyAsync();
        await PauseAsync();

        Assert.Equal(CommandOutcome.AlreadySo, (await PauseAsync()).Outcome);
    }

    [Theory]
    [InlineData("Failed", new[] { Operation.EnablePipeline, Operation.ApplyPipeline, Operation.DeletePipeline })]
    [InlineData("Resyncing", new[] { Operation.ApplyPipeline })]
    public async Task Pause_is_refused_in_any_other_state(string state, Operation[] instead)
    {
        var pipeline = await _project.ApplyAsync();
        await _project.SetAsync($"state = '{state}', failures = 3");

        var refusal = await Refused.ByAsync(Rule.State, $"pipeline:{pipeline.Id}", bench.Admin.PausePipelineAsync(new PausePipelineRequest { Pipeline = _project.Reference() }));

        Assert.Equal((Enum.Parse<PipelineState>(state), ""), (refusal.PipelineState, refusal.JobId));
        Assert.Equal(instead, refusal.WouldAccept);
        Assert.Contains(state, refusal.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paused_pipeline_is_resyncing_again_where_its_resync_is_under_way()
    {
        await _project.ApplyAsync();
        var job = await _project.StartAsync();
        await _project.MoveAsync(job, "Processing", ", phase = 'Loading', kind = 'Resync'");
        await _project.SetAsync("state = 'Paused'");

        var answer = await EnableAsync();

        Assert.Equal((CommandOutcome.Accepted, PipelineState.Resyncing), (answer.Outcome, answer.Pipeline.State));
        Assert.Contains("once its resync has ended", answer.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enable_is_refused_while_it_resyncs()
    {
        var pipeline = await _project.ApplyAsync();
        await _project.SetAsync("state = 'Resyncing'");

        var refusal = await Refused.ByAsync(Rule.State, $"pipeline:{pipeline.Id}", bench.Admin.EnablePipelineAsync(new EnablePipelineRequest { Pipeline = _project.Reference() }));

        Assert.Equal(PipelineState.Resyncing, refusal.PipelineState);
    }

    [Fact]
    public async Task Pipeline_whose_destination_has_changed_is_armed_anew_and_reads_everything()
    {
        var pipeline = await _project.ApplyAsync();
        await ChangeAsync(pipeline, PipelineBench.DestinationReference, "'00000000'");

        var answer = await EnableAsync();

        Assert.Equal((CommandOutcome.Accepted, PipelineState.Enabled), (answer.Outcome, answer.Pipeline.State));
        Assert.Contains("the next run reads everything", answer.Sentence, StringComparison.Ordinal);
        Assert.Equal(0, await _project.CountAsync($"coordinator.object_offset where pipeline_id = '{pipeline.Id}'"));
        Assert.Equal(1, await _project.CountAsync(
            $"coordinator.armed_destination where pipeline_id = '{pipeline.Id}' and history = '00000001' and found_at is null and rearmed_at is not null"));
        Assert.Equal(CommandOutcome.AlreadySo, (await EnableAsync()).Outcome);
    }

    [Fact]
    public async Task Pipeline_whose_destination_is_what_it_was_again_keeps_its_offsets()
    {
        var pipeline = await _project.ApplyAsync();
        await ChangeAsync(pipeline, PipelineBench.DestinationReference, "'00000001'");

        Assert.Contains("offsets stay", (await EnableAsync()).Sentence, StringComparison.Ordinal);

        Assert.Equal(1, await _project.CountAsync($"coordinator.object_offset where pipeline_id = '{pipeline.Id}'"));
        Assert.Equal(1, await _project.CountAsync($"coordinator.armed_destination where pipeline_id = '{pipeline.Id}' and num_nulls(found_at, rearmed_at) = 2"));
    }

    [Fact]
    public async Task Pipeline_whose_changed_destination_cannot_be_looked_at_stays_as_it_is()
    {
        var pipeline = await _project.ApplyAsync();
        await ChangeAsync(pipeline, "env:NOT_TO_BE_FOUND", "'00000000'");
        await bench.State.ExecuteAsync(
            $"""
             update coordinator.pipeline_version
             set definition = jsonb_set(definition, array['destination', 'connection'], '"env:NOT_TO_BE_FOUND"') where pipeline_id = '{pipeline.Id}'
             """);

        var refusal = await Refused.ByAsync(Rule.Fence, $"pipeline:{pipeline.Id}", bench.Admin.EnablePipelineAsync(new EnablePipelineRequest { Pipeline = _project.Reference() }));

        Assert.Equal(PipelineState.Failed, refusal.PipelineState);
        Assert.Equal(1, await _project.CountAsync($"coordinator.object_offset where pipeline_id = '{pipeline.Id}'"));
        Assert.Equal(1, await _project.CountAsync($"coordinator.pipeline where pipeline_id = '{pipeline.Id}' and state = 'Failed'"));
    }

    [Fact]
    public async Task What_was_found_of_a_destination_that_no_file_names_any_more_is_in_nobodys_way()
    {
        var pipeline = await _project.ApplyAsync();
        await ChangeAsync(pipeline, "env:NOT_TO_BE_FOUND", "'00000000'");

        Assert.Equal(PipelineState.Enabled, (await EnableAsync()).Pipeline.State);

        Assert.Equal(1, await _project.CountAsync($"coordinator.object_offset where pipeline_id = '{pipeline.Id}'"));
    }

    /// <summary>Marks a pipeline that has offsets: its destination was armed at another time of its history.</summary>
    async Task ChangeAsync(Pipeline pipeline, string reference, string history)
    {
        await _project.SetAsync("state = 'Failed'");
        await bench.State.ExecuteAsync(
            $"insert into coordinator.object_offset (pipeline_id, object_key, job_id, attempt, object_no) values ('{pipeline.Id}', 'any', gen_random_uuid(), 1, 0)");
        await bench.State.ExecuteAsync(
            $"""
             insert into coordinator.armed_destination (pipeline_id, reference, identity, history, found_identity, found_history, found_at)
             select '{pipeline.Id}', 'postgres {reference}', destination, {history}, destination, '0000000F', now()
             from coordinator.pipeline_target where pipeline_id = '{pipeline.Id}'
             """);
    }

    [Fact]
    public async Task Pipeline_that_is_not_there_and_a_foreign_one_are_refused()
    {
        var pipeline = await _project.ApplyAsync();
        var caller = await bench.OperatorAsync(bench.NewProject().Name);

        await Refused.AsAsync(StatusCode.NotFound, bench.Admin.PausePipelineAsync(new PausePipelineRequest { Pipeline = _project.Reference("missing") }));
        await Refused.AsAsync(StatusCode.NotFound, bench.Admin.EnablePipelineAsync(new EnablePipelineRequest { Pipeline = _project.Reference("missing") }));
        await Refused.AsAsync(StatusCode.PermissionDenied, caller.PausePipelineAsync(new PausePipelineRequest { Pipeline = _project.Reference() }));
        await Refused.AsAsync(StatusCode.NotFound, caller.PausePipelineAsync(new PausePipelineRequest { Pipeline = new PipelineReference { Id = pipeline.Id } }));
    }

    [Fact]
    public async Task Ten_same_calls_at_once_are_one_and_answered_alike()
    {
        await _project.ApplyAsync();
        var request = new PausePipelineRequest { Pipeline = _project.Reference(), IdempotencyKey = _project.Name };

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => bench.Admin.PausePipelineAsync(request).ResponseAsync));

        Assert.All(answers, answer => Assert.Equal(CommandOutcome.Accepted, answer.Outcome));
    }

    [Fact]
    public async Task Repeat_is_not_executed_shows_what_stands_now_and_adds_its_reason_to_the_trail()
    {
        await _project.ApplyAsync();
        var request = new PausePipelineRequest { Pipeline = _project.Reference(), IdempotencyKey = _project.Name };
        await bench.Admin.PausePipelineAsync(request);
        await EnableAsync();
        request.Reason = "asked for afterwards";

        var again = await bench.Admin.PausePipelineAsync(request);

        Assert.Equal((CommandOutcome.Accepted, PipelineState.Enabled), (again.Outcome, again.Pipeline.State));
        Assert.Equal(2, await _project.CountAsync($"coordinator.audit where project = '{_project.Name}' and reason = 'asked for afterwards'"));
    }

    [Fact]
    public async Task Switch_waits_for_a_run_that_is_being_started_and_the_next_one_is_refused()
    {
        var pipeline = await _project.ApplyAsync();
        Task<PausePipelineResponse> pause;
        await using (await bench.HoldAsync($"select from coordinator.pipeline where pipeline_id = '{pipeline.Id}' for update"))
        {
            pause = PauseAsync();
            await bench.WaitingForLocksAsync(1);
        }

        Assert.Equal(CommandOutcome.Accepted, (await pause).Outcome);
    }

    Task<EnablePipelineResponse> EnableAsync() => bench.Admin.EnablePipelineAsync(new EnablePipelineRequest { Pipeline = _project.Reference() }).ResponseAsync;

    Task<PausePipelineResponse> PauseAsync() => bench.Admin.PausePipelineAsync(new PausePipelineRequest { Pipeline = _project.Reference() }).ResponseAsync;
}
