using Headgate.Contracts.Comparing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;
using Headgate.Hosting.Bus;
using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>Objects whose staged records were lost after launch: what is read in their place is judged before it is written, as all else was.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenObjectsAreReadAnew(SagaBench bench)
{
    [Fact]
    public async Task Nothing_of_them_is_written_before_all_is_staged_and_nothing_is_said_against_it()
    {
        var job = await LostAsync(segments: 2);
        await job.ExtractAsync(2);
        Assert.Empty(Loads(job));
        await job.ExtractAsync(3);
        await bench.EventuallyAsync(() => Task.FromResult(Loads(job).Count == 2));
        Assert.Empty(job.Sent<CompareRecords>());
    }

    [Fact]
    public async Task Count_beyond_the_limit_pauses_and_nothing_of_it_is_written_until_it_is_let_pass()
    {
        var job = await LostAsync(fulls: [100, 100, 100]);
        await job.ExtractAsync(2, rows: 80_000);
        Assert.Equal(("Pausing", CancelCause.TooManyRecords), (await job.RowAsync()) is var row ? (row.CurrentState, row.GuardCause) : default);

        await job.ConfirmStopAsync();
        await job.ResumeAsync();
        await GoOnAsync(job);
        await AnswerAsync(job, Ordinary);
        await bench.EventuallyAsync(async () => (await job.RowAsync()).CurrentState == "Pausing");
        Assert.Empty(Loads(job));

        await job.ConfirmStopAsync();
        await bench.AskAsync(new ResumeJob { JobId = job.Id, Actor = "ann", Reason = "a campaign", PassGuards = true });
        await GoOnAsync(job);
        await bench.EventuallyAsync(() => Task.FromResult(Loads(job).Count == 1));
    }

    [Fact]
    public async Task Source_that_has_become_far_larger_pauses_before_it_is_read()
    {
        var job = await LaunchedAsync(fulls: [100, 100, 100]);
        await job.LoseSegmentAsync(0);
        await job.PrepareAsync(segments: 1, first: 2, estimated: 80_000);
        Assert.Equal("Pausing", (await job.RowAsync()).CurrentState);
        Assert.Contains("The source has about 80,000 records", (await job.RowAsync()).StopReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sample_that_would_overwrite_a_field_pauses_and_is_compared_anew_when_it_goes_on()
    {
        var job = await LostAsync();
        await job.ExtractAsync(2, rows: 80_000);
        Assert.Equal([0], Assert.Single(job.Sent<CompareRecords>()).Objects);
        await AnswerAsync(job, Spoiled);
        await bench.EventuallyAsync(async () => (await job.RowAsync()).CurrentState == "Pausing");
        Assert.Equal(CancelCause.WrongMapping, (await job.RowAsync()).GuardCause);

        await job.ConfirmStopAsync();
        await job.ResumeAsync();
        await GoOnAsync(job);
        Assert.Equal(2, job.Sent<CompareRecords>().Count);
        Assert.Empty(Loads(job));
        await AnswerAsync(job, Ordinary);
        await bench.EventuallyAsync(() => Task.FromResult(Loads(job).Count == 1));
    }

    [Fact]
    public async Task Comparison_that_is_lost_is_asked_for_again_and_one_that_cannot_be_made_holds_nobody_up()
    {
        var job = await LostAsync();
        await job.ExtractAsync(2, rows: 80_000);
        await job.AskAgainAsync();
        Assert.Equal(2, job.Sent<CompareRecords>().Count);
        await job.BreakAsync(JobStep.Compare, retryable: false);
        await bench.EventuallyAsync(() => Task.FromResult(Loads(job).Count == 1));
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task What_a_stop_has_left_unread_is_judged_as_well()
    {
        var job = await LostAsync();
        await job.PauseFullyAsync();
        await job.ResumeAsync();
        await GoOnAsync(job);
        await job.PrepareAnewAsync(of: 0, first: 3);
        await job.ShapeAsync();
        await job.ExtractAsync(3, rows: 80_000);
        Assert.Empty(Loads(job));
        Assert.Single(job.Sent<CompareRecords>());
    }

    [Fact]
    public async Task Segments_of_others_that_are_still_being_read_ask_for_no_comparison_again()
    {
        var job = await bench.LoadingTwoTablesAsync(segments: 3);
        job.Finds = _ => null;
        // Of both what was staged is lost.
        await job.LoseSegmentAsync(0);
        await job.LoseSegmentAsync(0, of: 1);
        await job.PrepareAsync(segments: 3, first: 3, objects: 2);
        await job.ShapeAsync();
        for (var segment = 3; segment < 6; segment++) await job.ExtractAsync(segment, rows: 100);
        Assert.Equal([0], Assert.Single(job.Sent<CompareRecords>()).Objects);

        await job.ExtractAsync(3, of: 1, rows: 100);
        await job.ExtractAsync(4, of: 1, rows: 100);
        Assert.Single(job.Sent<CompareRecords>());
        await job.ExtractAsync(5, of: 1, rows: 100);
        Assert.Equal([0, 1], job.Sent<CompareRecords>()[^1].Objects);
        Assert.Equal(2, job.Sent<CompareRecords>().Count);
    }

    static ObjectFindings Ordinary => Found(changed: 10, same: 1);

    static ObjectFindings Spoiled => Found(changed: 300, same: 300);

    static ObjectFindings Found(long changed, long same) => new()
    {
        ObjectNo = 0,
        Rows = 1_000,
        Inserts = 0,
        Updates = changed,
        Unchanged = 1_000 - changed,
        Rejected = 0,
        DestinationRows = 80_000,
        Fields = [new FieldFindings { Field = "email", Changed = changed, Nulled = 0, NonNullBefore = 1_000, Overwritten = changed, Same = same, SameBefore = 0 }],
    };

    // Of what was read anew: segments from the third on.
    static List<int> Loads(SagaJob job) => [.. job.Sent<LoadSegment>().Select(sent => sent.SegmentNo).Where(no => no >= 2).Distinct()];

    async Task AnswerAsync(SagaJob job, ObjectFindings found) => await bench.HandleAsync(
        new RecordsCompared { JobId = job.Id, Epoch = await job.EpochAsync(), Objects = [found] }, lane: Lanes.JobProgress);

    static async Task GoOnAsync(SagaJob job)
    {
        await job.OpenFenceAsync();
        await job.ShapeAsync();
    }

    async Task<SagaJob> LaunchedAsync(long[]? fulls = null)
    {
        var job = await bench.AcceptAsync();
        await job.RememberAsync(fulls: fulls);
        return await job.InAsync("Processing");
    }

    // Planned anew, and read next.
    async Task<SagaJob> LostAsync(int segments = 1, long[]? fulls = null)
    {
        var job = await LaunchedAsync(fulls);
        // Whoever compares is waited for.
        job.Finds = _ => null;
        await job.LoseSegmentAsync(0);
        await job.PrepareAsync(segments, first: 2);
        await job.ShapeAsync();
        return job;
    }
}
