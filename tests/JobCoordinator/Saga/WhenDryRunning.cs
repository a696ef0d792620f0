using Headgate.Contracts.Comparing;
using Headgate.Contracts.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>A dry run ends where others are launched.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenDryRunning(SagaBench bench)
{
    [Fact]
    public async Task What_is_staged_is_compared_and_the_findings_complete_it()
    {
        var job = await StagedAsync(await bench.ApplyAsync(tables: 2), objects: 2);
        var asked = Assert.Single(job.Sent<CompareRecords>());
        Assert.Equal((CompareMode.DryRun, 1, job.Id), (asked.Mode, asked.Attempt, asked.JobId));
        Assert.Equal([0, 1], asked.Objects);

        await FindAsync(job, 0, 1);

        var row = await job.RowAsync();
        Assert.Equal(("Completed", JobPhase.None, null, true), (row.CurrentState, row.Phase, row.RequestId, row.FinishedAt is not null));
        Assert.Equal(["JobStarted", "JobCompleted", "ReleaseJob"], await job.OwedAsync());
        Assert.Empty(job.Sent<MoveFence>());
        Assert.Equal(
            "0 0", await job.ValueAsync<string>(
                $"""
                 select (select count(*) from coordinator.object_offset where pipeline_id = {job.PipelineId}) || ' '
                     || (select count(*) from coordinator.completed_object where pipeline_id = {job.PipelineId}) as "Value"
                 """));
    }

    [Fact]
    public async Task Objects_that_an_answer_leaves_out_are_asked_for_again()
    {
        var job = await StagedAsync(await bench.ApplyAsync(tables: 2), objects: 2);

        await FindAsync(job, 1);
        Assert.Equal(("Initializing", JobPhase.Judging), (await job.RowAsync()) is var row ? (row.CurrentState, row.Phase) : default);
        Assert.Equal([0], job.Sent<CompareRecords>()[^1].Objects);

        await job.AskAgainAsync();
        Assert.Equal([0], job.Sent<CompareRecords>()[^1].Objects);
        await FindAsync(job, 0);

        Assert.Equal("Completed", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task Findings_of_an_older_epoch_or_of_an_object_that_is_not_staged_change_nothing()
    {
        var job = await StagedAsync(await bench.ApplyAsync());

        await FindAsync(job, await job.EpochAsync() - 1, [0]);
        await FindAsync(job, 7);

        Assert.Equal("Initializing", (await job.RowAsync()).CurrentState);
        Assert.Equal(0, await job.ValueAsync<int>($"""select count(*)::int as "Value" from coordinator.job_finding where job_id = {job.Id}"""));
    }

    [Fact]
    public async Task Full_read_of_what_runs_read_in_parts_is_not_held()
    {
        var job = await bench.ApplyAsync();
        var name = $"{job.Definition.Objects[0].From}|{job.Definition.Objects[0].To}";
        await bench.ExecuteAsync(
            $"""
             insert into coordinator.object_history (pipeline_id, name, full_read, rows, ended)
             select {job.PipelineId}, {name}, false, array[5, 6, 7], array_agg(now() - no * interval '15 minutes') from generate_series(1, 3) no
             """);

        await StagedAsync(job);

        Assert.Equal(("Initializing", JobPhase.Judging), (await job.RowAsync()) is var row ? (row.CurrentState, row.Phase) : default);
        Assert.Equal(0, await job.TimesOwedAsync("GuardTripped"));
    }

    [Fact]
    public async Task Staged_records_that_are_lost_are_read_again()
    {
        var job = await StagedAsync(await bench.ApplyAsync());

        await job.LoseSegmentAsync(0);

        Assert.Equal(("Initializing", JobPhase.Extracting), (await job.RowAsync()) is var row ? (row.CurrentState, row.Phase) : default);
        await job.PrepareAsync(segments: 1, first: 2);
        await job.ExtractAsync(2);
        await FindAsync(job, 0);
        Assert.Equal("Completed", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task Nobody_is_told_of_its_cancel_or_its_failure_and_no_failure_is_counted()
    {
        var told = new NotifyDefinition { Email = "ops@example.com" };
        var canceled = await StagedAsync(await bench.ApplyAsync(notify: told));
        await canceled.CancelAsync();
        await canceled.ConfirmStopAsync(written: 0);
        var failed = await StagedAsync(await bench.ApplyAsync(notify: told));
        await failed.BreakAsync(JobStep.Compare, retryable: false);

        Assert.Equal(("Canceled", "Failed"), ((await canceled.RowAsync()).CurrentState, (await failed.RowAsync()).CurrentState));
        Assert.Equal((1, 1), (await canceled.TimesOwedAsync("ExtractionCanceled"), await failed.TimesOwedAsync("JobFailed")));
        Assert.Equal(0, await failed.FailuresAsync());
    }

    [Fact]
    public async Task Restart_compares_anew_beside_the_active_job_which_stays_the_pipelines()
    {
        var active = await (await bench.AcceptAsync()).InAsync("Processing");
        await active.ClaimAsync();
        var job = await StagedAsync(new SagaJob(bench, active.PipelineId, active.Definition));
        await job.BreakAsync(JobStep.Compare, retryable: false);

        Assert.Equal(CommandOutcome.Accepted, (await job.RestartAsync()).Outcome);
        await job.PrepareAsync();
        await job.ExtractAsync(0);
        await job.ExtractAsync(1);
        await FindAsync(job, 0);

        Assert.Equal(("Completed", 2), (await job.RowAsync()) is var row ? (row.CurrentState, row.Attempt) : default);
        Assert.Equal(active.Id, await job.ValueAsync<Guid>(
            $"""select current_job_id as "Value" from coordinator.pipeline where pipeline_id = {active.PipelineId}"""));
    }

    [Fact]
    public async Task Failed_keeps_no_records_and_begins_anew_where_somebody_resumes_it()
    {
        var job = await StagedAsync(await bench.ApplyAsync());
        await job.BreakAsync(JobStep.Compare, retryable: false);
        Assert.Equal(("Failed", "true"), ((await job.RowAsync()).CurrentState, await job.OwedAsync("ReleaseJob", "staging")));

        Assert.Equal(CommandOutcome.Accepted, (await job.ResumeAsync()).Outcome);
        Assert.Equal(("Initializing", JobPhase.Extracting, 2), (await job.RowAsync()) is var row ? (row.CurrentState, row.Phase, row.Attempt) : default);
        await job.PrepareAsync();
        await job.ExtractAsync(0);
        await job.ExtractAsync(1);
        await FindAsync(job, 0);

        Assert.Equal("Completed", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task What_it_shows_stays_when_it_ends_and_goes_when_somebody_discards_or_cancels_it()
    {
        var completed = await StagedAsync(await bench.ApplyAsync());
        await FindAsync(completed, 0);
        Assert.Equal(("Completed", "false"), ((await completed.RowAsync()).CurrentState, await completed.OwedAsync("ReleaseJob", "samples")));

        var discarded = await StagedAsync(await bench.ApplyAsync());
        await discarded.PauseFullyAsync(written: 0);
        Assert.Equal("false", await discarded.OwedAsync("ReleaseJob", "samples"));
        await discarded.DiscardAsync();
        Assert.Equal(("Discarded", "true"), ((await discarded.RowAsync()).CurrentState, await discarded.OwedAsync("ReleaseJob", "samples")));

        var canceled = await StagedAsync(await bench.ApplyAsync());
        await canceled.CancelAsync(CancelMode.Graceful);
        await canceled.ConfirmStopAsync();
        Assert.Equal(("Canceled", "true"), ((await canceled.RowAsync()).CurrentState, await canceled.OwedAsync("ReleaseJob", "samples")));
    }

    [Fact]
    public async Task Pause_keeps_its_records()
    {
        var job = await StagedAsync(await bench.ApplyAsync());
        await job.PauseFullyAsync(written: 0);
        Assert.Equal("false", await job.OwedAsync("ReleaseJob", "staging"));
    }

    [Fact]
    public async Task Pause_between_two_objects_goes_on_with_the_other()
    {
        var job = await StagedAsync(await bench.ApplyAsync(tables: 2), objects: 2);
        await FindAsync(job, 0);
        await job.PauseFullyAsync(written: 0);

        await job.ResumeAsync();
        Assert.Equal([1], job.Sent<CompareRecords>()[^1].Objects);
        await FindAsync(job, 1);

        Assert.Equal("Completed", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task Dry_runs_have_turns_of_their_own()
    {
        // All that the bench has left running counts as well: two of these are in, whatever else is.
        await StagedAsync(await bench.ApplyAsync());
        await StagedAsync(await bench.ApplyAsync());
        var third = await AcceptAsync(await bench.ApplyAsync());

        await bench.HandleAsync(new GrantTurn { JobId = third.Id }, lane: SagaBench.Upkeep);

        Assert.DoesNotContain(bench.Record.Sent.OfType<BeginJob>(), begun => begun.JobId == third.Id);
    }

    async Task<SagaJob> StagedAsync(SagaJob job, int objects = 1)
    {
        await AcceptAsync(job);
        await job.BeginAsync();
        await job.PrepareAsync(objects: objects);
        for (var of = 0; of < objects; of++)
        {
            await job.ExtractAsync(0, of: of);
            await job.ExtractAsync(1, of: of);
        }

        return job;
    }

    async Task<SagaJob> AcceptAsync(SagaJob job)
    {
        await bench.HandleAsync(job.Acceptance(job.Id) with { Kind = JobKind.DryRun, Sample = new Sample { Rows = 100 } });
        return job;
    }

    async Task FindAsync(SagaJob job, params int[] objects) => await FindAsync(job, await job.EpochAsync(), objects);

    Task FindAsync(SagaJob job, int epoch, int[] objects) => bench.HandleAsync(new RecordsCompared
    {
        JobId = job.Id,
        Epoch = epoch,
        Objects = [.. objects.Select(no => new ObjectFindings
        {
            ObjectNo = no, Rows = 20, Inserts = 5, Updates = 10, Unchanged = 4, Rejected = 1, DestinationRows = 100, Fields = [],
        })],
    });
}
