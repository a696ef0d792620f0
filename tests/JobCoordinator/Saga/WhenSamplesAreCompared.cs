using Headgate.Contracts.Comparing;
using Headgate.Contracts.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Steps;
using Headgate.Hosting.Bus;
using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>The canary: what is staged is compared with the destination before launch.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenSamplesAreCompared(SagaBench bench)
{
    [Fact]
    public async Task Mapping_that_would_overwrite_a_field_is_held_and_whom_it_concerns_is_told_which()
    {
        var job = await StagedAsync(Spoiled);

        var row = await job.RowAsync();
        Assert.Equal(("Paused", "Initializing", null, CancelCause.WrongMapping), (row.CurrentState, row.ResumeTo, row.RequestId, row.GuardCause));
        Assert.Contains("would newly get one and the same value in email", row.StopReason, StringComparison.Ordinal);
        Assert.Empty(job.Sent<MoveFence>());
        Assert.Equal(1_000, Assert.Single(job.Sent<CompareRecords>()).Sample);
        Assert.Equal("email", await job.OwedAsync("GuardTripped", "field"));
    }

    [Fact]
    public async Task Sample_that_changes_little_is_launched()
    {
        var job = await StagedAsync(Ordinary);
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
        Assert.Equal(4, await job.ValueAsync<int>($"""select count(*)::int as "Value" from coordinator.guard_judgement where job_id = {job.Id} and guard = 'Canary'"""));
    }

    [Fact]
    public async Task Few_records_are_not_compared()
    {
        var job = await StagedAsync(Spoiled, rows: 49);
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
        Assert.Empty(job.Sent<CompareRecords>());
    }

    [Fact]
    public async Task What_takes_vanished_rows_away_is_compared_however_few_there_are()
    {
        var job = await StagedAsync(no => Ordinary(no) with { Rows = 3, Updates = 0, Unchanged = 3 }, rows: 3, onVanished: OnVanished.Delete);
        Assert.Equal(("Paused", CancelCause.RowsVanish), (await job.RowAsync()) is var row ? (row.CurrentState, row.GuardCause) : default);
        Assert.Contains("would be deleted or marked", (await job.RowAsync()).StopReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pass_of_a_count_is_none_of_rows_that_would_be_taken_away()
    {
        var job = await bench.ApplyAsync(onVanished: OnVanished.Delete);
        job.Finds = no => Ordinary(no) with { Rows = 10, Updates = 0, Unchanged = 10 };
        await job.RememberAsync(fulls: [100, 100, 100]);
        await job.AcceptAsync();
        await job.BeginAsync();
        await job.PrepareAsync(segments: 1, estimated: 80_000);
        Assert.Contains("The source has about 80,000 records", (await job.RowAsync()).StopReason, StringComparison.Ordinal);

        await bench.AskAsync(new ResumeJob { JobId = job.Id, Actor = "ann", Reason = "a new region", PassGuards = true });
        await job.PrepareAsync(segments: 1, first: 1, estimated: 80_000);
        await job.ExtractAsync(1, rows: 10);

        Assert.Equal(("Paused", CancelCause.RowsVanish), (await job.RowAsync()) is var row ? (row.CurrentState, row.GuardCause) : default);
        Assert.StartsWith("Guard volume.vanished: 10 records of public.a were read", (await job.RowAsync()).StopReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_takes_rows_away_unseen_is_held_where_it_cannot_be_compared()
    {
        var job = await StagedAsync(_ => null, onVanished: OnVanished.Mark);
        await job.BreakAsync(JobStep.Compare, retryable: false);
        await bench.EventuallyAsync(async () => (await job.RowAsync()).CurrentState == "Paused");
        Assert.Contains("could not be found out, and they would be deleted or marked: Object public.a: it broke.", (await job.RowAsync()).StopReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_of_a_later_attempt_compares_anew_as_well()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Paused");
        await job.RestartAsync();
        job.Finds = Spoiled;
        await job.PrepareAsync(segments: 1);
        await job.ExtractAsync(0, rows: 80_000);
        Assert.Equal(("Paused", 2), (await job.RowAsync()) is var held ? (held.CurrentState, held.Attempt) : default);

        job.Finds = Ordinary;
        await job.ResumeAsync();
        await job.JudgedAsync();
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task Staged_records_that_are_lost_are_read_and_compared_anew_before_launch_and_what_was_said_of_them_does_not_count()
    {
        var job = await StagedAsync(_ => null);
        var before = await job.EpochAsync();
        await bench.HandleAsync(new SegmentLost { JobId = job.Id, Epoch = before, ObjectNo = 0, SegmentNo = 0 });
        Assert.Equal(("Initializing", JobPhase.Extracting), (await job.RowAsync()) is var row ? (row.CurrentState, row.Phase) : default);

        await job.PrepareAsync(segments: 1, first: 1);
        await job.ExtractAsync(1, rows: 80_000);
        await bench.HandleAsync(new RecordsCompared { JobId = job.Id, Epoch = before, Objects = [Ordinary(0)] }, lane: Lanes.JobProgress);
        await job.JudgeAsync(before);
        Assert.Equal(0, await FindingsAsync(job));

        job.Finds = Spoiled;
        await job.JudgedAsync();
        Assert.Equal("Paused", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task Word_to_judge_waits_for_what_is_to_be_compared()
    {
        var job = await StagedAsync(_ => null);
        await job.JudgeAsync();
        Assert.Equal(("Initializing", null), (await job.RowAsync()) is var row ? (row.CurrentState, row.RequestId) : default);
    }

    [Fact]
    public async Task Resume_compares_anew_and_goes_on_where_the_destination_was_mended()
    {
        var job = await StagedAsync(Spoiled);
        job.Finds = Ordinary;
        await job.ResumeAsync();
        await job.JudgedAsync();
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task Pass_goes_on_with_what_was_found()
    {
        var job = await StagedAsync(Spoiled);
        await bench.AskAsync(new ResumeJob { JobId = job.Id, Actor = "ann", Reason = "the domain is meant", PassGuards = true });
        await job.JudgedAsync();
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
        Assert.Single(job.Sent<CompareRecords>());
    }

    [Fact]
    public async Task Comparison_that_cannot_be_made_is_said_and_the_job_goes_on()
    {
        var job = await StagedAsync(_ => null);
        Assert.Equal(JobPhase.Judging, (await job.RowAsync()).Phase);
        await job.BreakAsync(JobStep.Compare, retryable: false);

        await bench.EventuallyAsync(async () => (await job.RowAsync()).CurrentState == "Processing");
        Assert.Equal("NotYet: The records of public.a could not be compared with the destination: Object public.a: it broke.", await job.ValueAsync<string>(
            $"""select outcome || ': ' || sentence as "Value" from coordinator.guard_judgement where job_id = {job.Id} and guard = 'Canary'"""));
    }

    [Fact]
    public async Task Comparison_that_was_lost_is_asked_for_again()
    {
        var job = await StagedAsync(_ => null);
        await job.AskAgainAsync();
        Assert.Equal(2, job.Sent<CompareRecords>().Count);
    }

    [Fact]
    public async Task Completed_samples_are_what_later_ones_are_judged_by()
    {
        var job = await StagedAsync(Ordinary);
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        await job.LoadAsync(0);
        await job.FenceAsync(open: false, written: 10);
        await job.VerifyAsync();
        Assert.Equal("0.1", await job.ValueAsync<string>(
            $"""select shares -> 'now' -> 'email' -> 'changed' -> 0 ->> 1 as "Value" from coordinator.canary_history where pipeline_id = {job.PipelineId} and full_read"""));
    }

    Task<int> FindingsAsync(SagaJob job) => job.ValueAsync<int>($"""select count(*)::int as "Value" from coordinator.job_finding where job_id = {job.Id}""");

    static ObjectFindings Ordinary(int no) => Found(no, new FieldFindings { Field = "email", Changed = 100, Nulled = 0, NonNullBefore = 1_000, Same = 1, SameBefore = 1 });

    static ObjectFindings Spoiled(int no) => Found(no, new FieldFindings { Field = "email", Changed = 300, Nulled = 0, NonNullBefore = 1_000, Same = 300, SameBefore = 0 });

    static ObjectFindings Found(int no, FieldFindings field) => new()
    {
        ObjectNo = no,
        Rows = 1_000,
        Inserts = 0,
        Updates = field.Changed,
        Unchanged = 1_000 - field.Changed,
        Rejected = 0,
        DestinationRows = 80_000,
        Fields = [field],
    };

    async Task<SagaJob> StagedAsync(Func<int, ObjectFindings?> finds, long rows = 80_000, OnVanished onVanished = OnVanished.Keep)
    {
        var job = await bench.ApplyAsync(onVanished: onVanished);
        job.Finds = finds;
        await job.AcceptAsync();
        await job.BeginAsync();
        await job.PrepareAsync(segments: 1);
        await job.ExtractAsync(0, rows: rows);
        return job;
    }
}
