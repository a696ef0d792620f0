using Headgate.Contracts.Comparing;
using Headgate.Contracts.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Steps;
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
        Assert.Equal(("Paused", CancelCause.TooManyRecords), (await job.RowAsync()) is var row ? (row.CurrentState, row.GuardCause) : default);
        Assert.Contains("would be deleted or marked", (await job.RowAsync()).StopReason, StringComparison.Ordinal);
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
        Assert.Equal("NotYet: The records of public.a could not be compared with the destination.", await job.ValueAsync<string>(
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
            $"""select shares -> 'now' -> 'email' ->> 'changed' as "Value" from coordinator.canary_history where pipeline_id = {job.PipelineId} and full_read"""));
    }

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
