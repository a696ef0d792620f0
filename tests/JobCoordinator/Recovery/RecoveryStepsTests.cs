using Headgate.Contracts.Repairs;
using Headgate.JobCoordinator.Recovery;
using Headgate.JobCoordinator.Starts;
using Headgate.V1;
using JobKind = Headgate.Contracts.Runs.JobKind;
using RecordCounts = Headgate.Contracts.Jobs.RecordCounts;

namespace Headgate.JobCoordinator.Tests.Recovery;

/// <summary>How far each step of recovery has come, by the facts alone.</summary>
public sealed class RecoveryStepsTests
{
    static readonly DateTimeOffset Noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    static readonly RecoveryPipeline Pipeline = new()
    {
        Name = "crm/contacts",
        State = "Enabled",
        Version = 2,
        Applied = Noon,
        AppliedBy = "ops",
        HasSchedule = true,
        Next = new NextRun(Noon.AddHours(1), "the next run comes due at 2026-01-31 13:00:00 UTC"),
    };

    static readonly RecoveryFacts Stopped = new()
    {
        Kind = JobKind.Incremental,
        State = "Canceled",
        Attempt = 1,
        Created = Noon,
        Counts = new RecordCounts { Written = 8_400, Updated = 8_400 },
        Pipeline = Pipeline,
    };

    static readonly RecoveryMark Mark = new() { At = Noon.AddMinutes(5), Actor = "ops", Attempt = 1, Changes = 8_400, IsThrough = true };

    static readonly RecoveryMark Compared =
        Mark with { Summary = new DiffSummary { Compared = 8_400, Equal = 5, Different = 8_393, MissingAtSource = 2 } };

    [Fact]
    public void Each_step_is_done_by_its_fact_and_not_before()
    {
        var facts = Stopped;
        Is("next open open open open open open open open");
        facts = facts with { Export = Mark };
        Is("done next open open open open open open open");
        facts = facts with { Diff = Compared };
        Is("done done next next open open open open open");
        var (at, eve) = (Noon.AddMinutes(6), "eve");
        var paused = Pipeline with { SchedulePaused = true, Switched = at, SwitchedBy = eve, Paused = at, PausedBy = eve };
        facts = facts with { Pipeline = paused };
        Is("done done next done next open open open open");
        facts = facts with { Repairs = [Job(JobKind.Rollback, "Processing")] };
        Is("done done done done running next open open open");
        facts = facts with { Repairs = [Job(JobKind.Rollback)] };
        Is("done done done done done next open open open");
        facts = facts with { Pipeline = facts.Pipeline with { Version = 3, MapsOtherwise = true } };
        Is("done done done done done done next open open");
        facts = facts with { DryRun = Job(JobKind.DryRun, "Initializing") };
        Is("done done done done done done running next open");
        facts = facts with { DryRun = Job(JobKind.DryRun) };
        Is("done done done done done done done next open");
        facts = facts with { Repairs = [.. facts.Repairs, Job(JobKind.Replay)] };
        Is("done done done done done done done done next");
        facts = facts with { Pipeline = facts.Pipeline with { SchedulePaused = false, Switched = Noon.AddHours(1), SwitchedBy = "ops" } };
        Is("done done done done done done done done done");
        Assert.EndsWith("Nothing is left to be done.", RecoverySentence.Of(facts, RecoverySteps.Of(facts)), StringComparison.Ordinal);

        void Is(string states) => Assert.Equal(states, States(facts));
    }

    [Fact]
    public void Steps_are_in_their_order_and_those_that_deciding_chooses_are_optional()
    {
        var steps = RecoverySteps.Of(Stopped);
        Assert.Equal(Enum.GetValues<RecoveryStepKind>().Skip(1), steps.Select(step => step.Kind));
        Assert.Equal([RecoveryStepKind.Rollback, RecoveryStepKind.Replay], steps.Where(step => step.Optional).Select(step => step.Kind));
    }

    [Fact]
    public void What_was_done_has_who_when_and_which_job()
    {
        var rollback = Job(JobKind.Rollback) with
        {
            Counts = new RecordCounts { Updated = 8_390, Inserted = 2, Rejected = 8 },
            Scope = new RepairOf { JobId = Guid.NewGuid(), Fields = ["email"] },
        };
        var step = Of(Stopped with { Repairs = [rollback] }, RecoveryStepKind.Rollback);
        Assert.Equal((rollback.Id.ToString(), "ops", Noon.AddMinutes(20)), (step.JobId, step.DoneBy, step.Done.ToDateTimeOffset()));
        Assert.Equal(
            $"Job {rollback.Id} has put back 8,392 rows (email only); "
            + "8 were left as they are, since they are not what the job wrote any more.",
            step.Sentence);
        Assert.Equal("It was decided to roll back.", Of(Stopped with { Repairs = [rollback] }, RecoveryStepKind.Decide).Sentence);
    }

    [Fact]
    public void What_is_known_is_told_in_short()
    {
        Assert.Equal(
            "The job is Canceled and has made 8,400 changes (8,400 updated). How many rows differ from the source now is not known. "
            + "The schedule is not paused: the next run comes due at 2026-01-31 13:00:00 UTC. Next: export the list.",
            Sentence(Stopped));
        Assert.Equal(
            "The job is Canceled and has made 8,400 changes (8,400 updated). "
            + "On 2026-01-31 12:05:00 UTC 8,395 of 8,400 rows were not as at the source. "
            + "The schedule is not paused: the next run comes due at 2026-01-31 13:00:00 UTC. "
            + "Next: decide between rolling back and replaying, then pause the schedule.",
            Sentence(Stopped with { Export = Mark, Diff = Compared }));
        var seven = new RecordCounts { Inserted = 7 };
        Assert.Contains("8,407 changes (7 inserted", Sentence(Stopped with { Earlier = seven }), StringComparison.Ordinal);
        var decide = Of(Stopped with { Counts = seven }, RecoveryStepKind.Decide).Sentence;
        Assert.Contains("deletes the 7 rows", decide, StringComparison.Ordinal);
        decide = Of(Stopped with { Diff = Compared }, RecoveryStepKind.Decide).Sentence;
        Assert.Contains("leaves the 2 records that the source has no more", decide, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 8_400, false, true)]
    [InlineData(1, 8_000, false, false)]
    [InlineData(1, 8_000, true, true)]
    [InlineData(2, 8_400, true, false)]
    public void List_counts_as_long_as_it_is_the_whole(int attempt, long changes, bool isThrough, bool counts)
    {
        var mark = Mark with { Attempt = attempt, Changes = changes, IsThrough = isThrough };
        Assert.Equal(counts, Of(Stopped with { Export = mark }, RecoveryStepKind.Export).State == RecoveryStepState.Done);
    }

    [Theory]
    [InlineData("Processing", false)]
    [InlineData("Pausing", false)]
    [InlineData("Canceling", false)]
    [InlineData("Discarded", true)]
    public void While_the_job_may_still_write_only_the_schedule_can_be_seen_to(string state, bool unconfirmed)
    {
        var facts = Stopped with { State = state, StopUnconfirmed = unconfirmed };
        Assert.Equal("open open open next open open open open open", States(facts));
        Assert.Contains(unconfirmed ? "was never confirmed" : "Stop it first", Sentence(facts), StringComparison.Ordinal);
        Assert.Contains("may still write", Of(facts, RecoveryStepKind.Export).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_call_would_be_refused_for_is_said_before()
    {
        var rollback = Of(Stopped with { State = "Paused" }, RecoveryStepKind.Rollback).Sentence;
        Assert.EndsWith("The job is Paused: cancel it first.", rollback, StringComparison.Ordinal);
        var replay = Of(Stopped with { Pipeline = Pipeline with { State = "Failed" } }, RecoveryStepKind.Replay).Sentence;
        Assert.EndsWith("The pipeline is Failed and takes no runs: enable it first.", replay, StringComparison.Ordinal);
    }

    [Fact]
    public void Job_that_has_changed_nothing_leaves_its_cause_to_be_mended()
    {
        var facts = Stopped with { Counts = new RecordCounts { Unchanged = 5, Rejected = 3 } };
        Assert.Equal("not not not next not open open not open", States(facts));
    }

    [Fact]
    public void Changes_that_are_logged_no_longer_cannot_be_put_back()
    {
        var facts = Stopped with { LogRemoved = Noon };
        Assert.Equal("not not not next not open open not open", States(facts));
        var why = Of(facts, RecoveryStepKind.Rollback).Sentence;
        Assert.Contains("log was removed on 2026-01-31 12:00:00 UTC", why, StringComparison.Ordinal);
    }

    [Fact]
    public void Rollback_counts_until_it_is_rolled_back_itself_and_one_that_was_canceled_does_not()
    {
        var facts = Stopped with { Pipeline = Pipeline with { HasSchedule = false } };
        var canceled = Of(facts with { Repairs = [Job(JobKind.Rollback, "Canceled")] }, RecoveryStepKind.Rollback);
        var undone = Of(facts with { Repairs = [Job(JobKind.Rollback) with { IsUndone = true }] }, RecoveryStepKind.Rollback);
        Assert.Equal((RecoveryStepState.Next, RecoveryStepState.Next), (canceled.State, undone.State));
        Assert.Contains("was Canceled before its end", canceled.Sentence, StringComparison.Ordinal);
        Assert.Contains("was rolled back itself", undone.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_by_the_jobs_own_mapping_does_not_count_once_another_is_in_force()
    {
        var facts = Stopped with { Repairs = [Job(JobKind.Replay) with { MapsAsBefore = true }] };
        Assert.Equal(RecoveryStepState.Done, Of(facts, RecoveryStepKind.Replay).State);
        facts = facts with { Pipeline = Pipeline with { MapsOtherwise = true } };
        Assert.Equal(RecoveryStepState.Open, Of(facts, RecoveryStepKind.Replay).State);
    }

    [Fact]
    public void What_nobody_waited_for_is_not_asked_for_any_more()
    {
        var facts = Stopped with { Repairs = [Job(JobKind.Replay)], Pipeline = Pipeline with { MapsOtherwise = true } };
        Assert.Equal("not not done not not done not done not", States(facts));
    }

    [Fact]
    public void Schedule_that_went_on_before_the_file_was_mended_is_to_be_paused_again()
    {
        var early = Pipeline with { Switched = Noon.AddMinutes(9), SwitchedBy = "ops", Paused = Noon.AddMinutes(6), PausedBy = "ops" };
        Assert.Equal(RecoveryStepState.Open, Of(Stopped with { Pipeline = early }, RecoveryStepKind.PauseSchedule).State);
        var mended = Stopped with { Pipeline = early with { GuardsOtherwise = true, StricterGuards = ["canary.nullShare"] } };
        Assert.Equal(RecoveryStepState.Done, Of(mended, RecoveryStepKind.ResumeSchedule).State);
        var before = mended with { Pipeline = mended.Pipeline with { Paused = Noon.AddMinutes(-6) } };
        Assert.Equal(RecoveryStepState.NotNeeded, Of(before, RecoveryStepKind.ResumeSchedule).State);
    }

    [Fact]
    public void Schedule_that_there_is_not_needs_no_pause_and_events_are_named()
    {
        var facts = Stopped with { Pipeline = Pipeline with { HasSchedule = false, HasTriggers = true } };
        var step = Of(facts, RecoveryStepKind.PauseSchedule);
        Assert.Equal(RecoveryStepState.NotNeeded, step.State);
        Assert.Equal("The pipeline has no schedule. Events still start runs of it.", step.Sentence);
    }

    [Fact]
    public void Deleted_pipeline_takes_no_more_jobs()
    {
        Assert.Equal("next open not not not not not not not", States(Stopped with { Pipeline = Pipeline with { IsDeleted = true } }));
    }

    [Fact]
    public void Rollback_itself_has_no_mapping_to_mend()
    {
        var facts = Stopped with { Kind = JobKind.Rollback };
        Assert.Equal("next open open not open not not open not", States(facts));
    }

    static RecoveryJob Job(JobKind kind, string state = "Completed") => new()
    {
        Id = Guid.NewGuid(),
        Kind = kind,
        State = state,
        Actor = "ops",
        Created = Noon.AddMinutes(10),
        Finished = state is "Completed" or "Canceled" ? Noon.AddMinutes(20) : null,
    };

    static RecoveryStep Of(RecoveryFacts facts, RecoveryStepKind kind) => RecoverySteps.Of(facts).Single(step => step.Kind == kind);

    static string Sentence(RecoveryFacts facts) => RecoverySentence.Of(facts, RecoverySteps.Of(facts));

    static string States(RecoveryFacts facts) => string.Join(' ', RecoverySteps.Of(facts).Select(
        step => $"{step.State}".ToLowerInvariant().Replace("needed", "", StringComparison.Ordinal)));
}
