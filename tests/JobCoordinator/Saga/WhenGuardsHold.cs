using Headgate.Contracts.Extraction;
using Headgate.Contracts.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>Guards that trip before launch.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenGuardsHold(SagaBench bench)
{
    static readonly NotifyDefinition Told = new() { Email = "ops@example.com" };

    [Fact]
    public async Task Full_load_after_incremental_runs_is_held_before_anything_is_read()
    {
        var job = await HeldAsync();

        var row = await job.RowAsync();
        Assert.Equal(("Paused", "Initializing", null, StopCause.Guard), (row.CurrentState, row.ResumeTo, row.RequestId, row.StopCause));
        Assert.StartsWith("Guard fullLoad: All of public.a would be read", row.StopReason, StringComparison.Ordinal);
        Assert.Empty(job.Sent<ExtractSegment>());
        Assert.Empty(job.Sent<MoveFence>());
        Assert.Contains("JobPaused", await job.OwedAsync());
        Assert.Equal(2, await job.TimesOwedAsync("GuardTripped"));
        // By its cause it would be force; nothing is in flight that force would roll back.
        Assert.Equal(
            ("Graceful", "A full resync of historical data by accident: nothing is written, and each cancel is one of the extraction."),
            (await job.OwedAsync("GuardTripped", "recommendedMode"), await job.OwedAsync("GuardTripped", "recommendedWhy")));
        Assert.True(Assert.Single(await job.StopsAsync()) is { AtOnce: true, Actor: "headgate" });
    }

    [Fact]
    public async Task Whom_is_told_is_said_to_the_notifier_alone_and_owed_until_it_has_answered()
    {
        var job = await HeldAsync();
        Assert.Equal(
            ["everybody False ", "headgate.notifier.notices True ops@example.com"],
            await bench.ListAsync<string>(
                $"""
                 select coalesce(lane, 'everybody') || ' ' || case when awaits_answer then 'True' else 'False' end || ' ' || coalesce(body -> 'notify' ->> 'email', '') as "Value"
                 from coordinator.obligation where job_id = {job.Id} and message = 'Headgate.Contracts.Guards.GuardTripped' order by sequence
                 """));
    }

    [Fact]
    public async Task Full_load_that_was_confirmed_goes_on()
    {
        var job = await bench.ApplyAsync();
        await job.RememberAsync(parts: [5, 6, 7]);
        await bench.HandleAsync(job.Acceptance(job.Id) with { ConfirmedFullLoad = true });
        await job.BeginAsync();
        await job.PrepareAsync();
        Assert.Equal("Initializing", (await job.RowAsync()).CurrentState);
        Assert.NotEmpty(job.Sent<ExtractSegment>());
    }

    [Fact]
    public async Task Cancel_of_a_held_job_is_an_extraction_cancel_with_word_to_whom_it_concerns()
    {
        var job = await HeldAsync();
        Assert.Equal(CommandOutcome.Accepted, (await job.CancelAsync()).Outcome);
        await job.ConfirmStopAsync(written: 0);

        Assert.Equal(("Canceled", null), (await job.RowAsync()) is var row ? (row.CurrentState, row.RequestId) : default);
        Assert.Equal(2, await job.TimesOwedAsync("ExtractionCanceled"));
    }

    [Fact]
    public async Task Resume_alone_is_held_again_and_told_again()
    {
        var job = await HeldAsync();
        await job.ResumeAsync();
        Assert.Equal("Initializing", (await job.RowAsync()).CurrentState);
        await job.PrepareAsync(first: 2);

        Assert.Equal("Paused", (await job.RowAsync()).CurrentState);
        Assert.Equal(4, await job.TimesOwedAsync("GuardTripped"));
    }

    [Fact]
    public async Task Pass_goes_on_for_this_attempt_and_says_who_and_why()
    {
        var job = await HeldAsync();
        await bench.AskAsync(new ResumeJob { JobId = job.Id, Actor = "ann", Reason = "the mapping was mended", PassGuards = true });
        await job.PrepareAsync(first: 2);
        Assert.Equal(("Initializing", null), (await job.RowAsync()) is var row ? (row.CurrentState, row.GuardCause) : default);
        Assert.Equal("ann: the mapping was mended", await job.ValueAsync<string>(
            $"""select passed_by || ': ' || passed_reason as "Value" from coordinator.guard_judgement where job_id = {job.Id} and outcome = 'Tripped'"""));

        await job.PauseFullyAsync(written: 0);
        await job.RestartAsync();
        await job.PrepareAsync();
        Assert.Equal(("Paused", 2), (await job.RowAsync()) is var again ? (again.CurrentState, again.Attempt) : default);
    }

    [Fact]
    public async Task Begun_anew_it_has_nothing_of_what_was_held_before()
    {
        var job = await HeldAsync();
        await job.RestartAsync();
        Assert.Equal((2, 0, null), (await job.RowAsync()) is var row ? (row.Attempt, row.GuardTrips, row.GuardCause) : default);
    }

    [Fact]
    public async Task Count_beyond_the_limit_is_held_by_the_segment_that_passes_it_and_the_rest_is_not_read()
    {
        var job = await BegunAsync(parts: [10, 12, 9]);
        await job.PrepareAsync(segments: 5, full: false);
        await job.ExtractAsync(0, rows: 900);
        Assert.Equal("Initializing", (await job.RowAsync()).CurrentState);
        await job.ExtractAsync(1, rows: 101);

        var row = await job.RowAsync();
        Assert.Equal(("Paused", CancelCause.TooManyRecords), (row.CurrentState, row.GuardCause));
        Assert.Contains("1,001 records of public.a were read", row.StopReason, StringComparison.Ordinal);
        // With the fourth it was handed out when the first was staged.
        Assert.DoesNotContain(job.Sent<ExtractSegment>(), sent => sent.SegmentNo > 2);
    }

    [Fact]
    public async Task Pass_of_a_count_reads_on_and_launches()
    {
        var job = await BegunAsync(parts: [10, 12, 9]);
        await job.PrepareAsync(segments: 1, full: false);
        await job.ExtractAsync(0, rows: 80_000);
        Assert.Equal("Paused", (await job.RowAsync()).CurrentState);

        await job.ResumeAsync();
        await job.JudgedAsync();
        Assert.Equal(("Paused", null), (await job.RowAsync()) is var held ? (held.CurrentState, held.RequestId) : default);

        await bench.AskAsync(new ResumeJob { JobId = job.Id, Actor = "ann", Reason = "a campaign", PassGuards = true });
        await job.JudgedAsync();
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task Source_that_is_far_larger_than_what_was_ever_read_is_held_before_it_is_read_but_for_a_filtered_one()
    {
        var job = await BegunAsync(fulls: [100, 100, 100]);
        await job.PrepareAsync(estimated: 80_000);
        Assert.Equal(("Paused", CancelCause.TooManyRecords), (await job.RowAsync()) is var row ? (row.CurrentState, row.GuardCause) : default);

        var filtered = await BegunAsync(fulls: [100, 100, 100]);
        await bench.ExecuteAsync(
            $"update coordinator.pipeline_version set definition = jsonb_set(definition, '{{objects,0,filter}}', '\"active\"') where pipeline_id = {filtered.PipelineId}");
        await filtered.PrepareAsync(estimated: 80_000);
        Assert.Equal("Initializing", (await filtered.RowAsync()).CurrentState);
    }

    [Theory]
    [InlineData(GuardAction.Notify, "Initializing", null)]
    [InlineData(GuardAction.Hold, "Paused", null)]
    [InlineData(GuardAction.Pause, "Paused", null)]
    [InlineData(GuardAction.Cancel, "Canceling", CancelMode.Graceful)]
    [InlineData(GuardAction.Force, "Canceling", CancelMode.Force)]
    public async Task Action_is_what_the_file_says(GuardAction action, string state, CancelMode? mode)
    {
        var job = await BegunAsync(parts: [5, 6, 7], new GuardsDefinition { FullLoad = new FullLoadGuard { Action = action } });
        await job.PrepareAsync();

        var row = await job.RowAsync();
        Assert.Equal((state, mode), (row.CurrentState, row.Mode));
        Assert.Equal(2, await job.TimesOwedAsync("GuardTripped"));
        if (state != "Canceling") return;
        await job.ConfirmStopAsync(written: 0);
        Assert.Equal("Canceled", (await job.RowAsync()).CurrentState);
        Assert.Equal(2, await job.TimesOwedAsync("ExtractionCanceled"));
    }

    [Fact]
    public async Task Strictest_of_two_guards_is_what_is_done()
    {
        var guards = new GuardsDefinition { FullLoad = new FullLoadGuard { Action = GuardAction.Notify }, Volume = new VolumeGuard { Action = GuardAction.Cancel } };
        var job = await BegunAsync(parts: [5, 6, 7], guards);
        await job.PrepareAsync(estimated: 80_000);
        Assert.Equal("Canceling", (await job.RowAsync()).CurrentState);
        Assert.StartsWith("Guard volume.maxRatio: ", (await job.RowAsync()).StopReason, StringComparison.Ordinal);
        // Whoever is told of the other one alone is told what becomes of the job as well.
        Assert.Equal(["fullLoad Cancel", "volume Cancel"], await bench.ListAsync<string>(
            $"""
             select distinct lower(left(body ->> 'guard', 1)) || substr(body ->> 'guard', 2) || ' ' || (body ->> 'jobAction') as "Value"
             from coordinator.obligation where job_id = {job.Id} and message like '%.GuardTripped' order by 1
             """));
    }

    [Fact]
    public async Task Short_history_is_said_to_be_too_short_and_the_job_is_launched()
    {
        var job = await BegunAsync(parts: [5]);
        await job.PrepareAsync();
        await job.ExtractAsync(0, rows: 80_000);
        await job.ExtractAsync(1, rows: 80_000);

        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
        Assert.Equal(["Canary NotYet", "FullLoad NotYet", "Volume NotYet"], await bench.ListAsync<string>(
            $"""select guard || ' ' || outcome as "Value" from coordinator.guard_judgement where job_id = {job.Id} order by guard"""));
    }

    [Fact]
    public async Task Completed_runs_are_what_later_ones_are_judged_by()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Completed");
        foreach (var _ in Enumerable.Range(0, 3)) job = await CompleteAsync(await job.FollowAsync());
        Assert.Equal(["False {10,10,10} {10} {30} 30", "True {20} {20} {20} 0"], await bench.ListAsync<string>(
            $"""
             select concat_ws(' ', case when full_read then 'True' else 'False' end, rows::text, day_rows::text, day_sums::text, grown) as "Value"
             from coordinator.object_history where pipeline_id = {job.PipelineId} order by full_read
             """));

        var full = await job.FollowAsync();
        await full.BeginAsync();
        await full.PrepareAsync();
        Assert.Equal("Paused", (await full.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task Word_to_judge_that_comes_twice_tells_once()
    {
        var job = await BegunAsync(parts: [10, 12, 9], new GuardsDefinition { Volume = new VolumeGuard { Action = GuardAction.Notify } });
        await job.PrepareAsync(full: false);
        await job.ExtractAsync(0, rows: 5_000);
        await job.ExtractAsync(1, rows: 5_000);
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
        Assert.Equal(2, await job.TimesOwedAsync("GuardTripped"));
    }

    [Fact]
    public async Task Resumed_alone_it_says_that_it_is_to_be_judged_and_nothing_of_before()
    {
        var job = await HeldAsync();
        await job.ResumeAsync();
        Assert.Equal("NotYet It has tripped, nobody has let the job pass it, and it judges anew.", await job.ValueAsync<string>(
            $"""select outcome || ' ' || coalesce(object, '') || coalesce(cause, '') || sentence as "Value" from coordinator.guard_judgement where job_id = {job.Id} and guard = 'FullLoad'"""));
    }

    async Task<SagaJob> HeldAsync()
    {
        var job = await BegunAsync(parts: [5, 6, 7]);
        await job.PrepareAsync();
        return job;
    }

    async Task<SagaJob> BegunAsync(long[]? parts = null, GuardsDefinition? guards = null, long[]? fulls = null)
    {
        var job = await bench.ApplyAsync(notify: Told, guards: guards);
        await job.RememberAsync(parts, fulls);
        await job.AcceptAsync();
        return await job.InAsync("Initializing");
    }

    static async Task<SagaJob> CompleteAsync(SagaJob job)
    {
        await job.BeginAsync();
        await job.PrepareAsync(segments: 1, full: false);
        await job.ExtractAsync(0);
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        await job.LoadAsync(0);
        await job.FenceAsync(open: false, written: 10);
        await job.VerifyAsync();
        return job;
    }
}
