using Headgate.Cli.Naming;
using Headgate.Cli.Output;
using Headgate.V1;

namespace Headgate.Cli.Views;

/// <summary>Jobs, in a list and in full.</summary>
static class JobViews
{
    /// <summary>With their project where they can be of several.</summary>
    public static Grid List(IEnumerable<Job> jobs, bool withProject) => new(
        ["Project", "Pipeline", "Kind", "State", "Done", "Written", "Rejected", "Created", "Job"],
        [
            .. jobs.Select(job => new Cell[]
            {
                withProject ? job.Project : "", job.Pipeline, EnumName.Of(job.Kind), Shown.State(job.State), Shown.Percent(job), Shown.Written(job),
                job.Counts?.Rejected > 0 ? Shown.Number(job.Counts.Rejected) : "", Shown.Time(job.Created), job.Id,
            }),
        ]);

    /// <summary>What a command has made of it.</summary>
    public static void Line(this Screen screen, Job job) => screen.Fields(
        ("Job", job.Id), ("Pipeline", $"{job.Project}/{job.Pipeline}"), ("Kind", EnumName.Of(job.Kind)), ("State", Shown.State(job.State)),
        ("Written", Shown.Written(job)), ("Request ID", job.RequestId), ("Successor", job.SuccessorId));

    public static void Details(this Screen screen, Job job)
    {
        var counts = job.Counts ?? new RecordCounts();
        screen.Fields(
            ("Job", job.Id), ("Pipeline", $"{job.Project}/{job.Pipeline}"), ("Version", $"{job.PipelineVersion}"), ("Kind", EnumName.Of(job.Kind)),
            ("State", Shown.State(job.State)), ("Waiting for", job.WaitingFor), ("Request ID", job.RequestId), ("Attempt", $"{job.Attempt}"),
            ("Trigger", TriggerOf(job.Trigger)), ("Done", Shown.Percent(job)), ("Extracted", Shown.Number(counts.Extracted)), ("Written", Shown.Written(job)),
            ("Inserted", Shown.Number(counts.Inserted)), ("Updated", Shown.Number(counts.Updated)), ("Unchanged", Shown.Number(counts.Unchanged)),
            ("Rejected", Shown.Number(counts.Rejected)), ("Rows deleted", counts.Deleted > 0 ? Shown.Number(counts.Deleted) : ""), ("Vanished", counts.Vanished > 0 ? Shown.Number(counts.Vanished) : ""),
            ("Missing at source", job.MissingAtSource > 0 ? Shown.Number(job.MissingAtSource) : ""),
            ("In doubt", Shown.Number(counts.InDoubt)), ("Outcomes", Outcomes(job.Outcomes)),
            ("Rate", job.MaxRowsPerSecond > 0 ? $"{Shown.Number(job.MaxRowsPerSecond)} records a second at most" : ""),
            ("Created", Shown.Time(job.Created)), ("Started", Shown.Time(job.Started)), ("Launched", Shown.Time(job.Launched)), ("Finished", Shown.Time(job.Finished)),
            ("Outcomes until", Shown.Time(job.CollectingUntil)), ("Deleted", Shown.Time(job.Deleted)), ("Of job", job.OfJobId), ("Successor", job.SuccessorId),
            ("Stop", StopOf(job.Stop)), ("Reason", job.Stop?.Reason ?? ""), ("Error", ProblemOf(job.Error)),
            ("Recommended", job.RecommendedCancel is { } recommended ? Recommended(recommended) : ""));
        foreach (var guard in job.Guards)
            screen.Say($"Guard {EnumName.Of(guard.Guard)} ({EnumName.Of(guard.Action)}, {Shown.Time(guard.Tripped)}): {SafeText.Line(guard.Sentence)}"
                + (guard.PassedBy.Length > 0 ? $" Let pass by {SafeText.Line(guard.PassedBy)}{Passed(guard)}." : ""));
        foreach (var judgement in job.Judgements.Where(judgement => judgement.Outcome != GuardOutcome.Tripped))
            screen.Say($"Guard {EnumName.Of(judgement.Guard)} ({EnumName.Of(judgement.Outcome)}): {SafeText.Line(judgement.Sentence)}");
        if (job.Tasks.Count > 0) screen.Table(Tasks(job).WithoutEmptyColumns());
        if (job.Objects.Count > 0) screen.Table(Objects(job).WithoutEmptyColumns());
        if (job.DryRun is { } dryRun) screen.Table(DryRunViews.Objects(dryRun).WithoutEmptyColumns());
    }

    // A coordinator of before has not told.
    static string Passed(GuardTrip guard) =>
        (guard.Passed is null ? "" : $" at {Shown.Time(guard.Passed)}") + (guard.PassedReason.Length > 0 ? $": {SafeText.Line(guard.PassedReason)}" : "");

    public static Grid Commands(IEnumerable<CommandRecord> commands) => new(
        ["At", "Command", "By", "Outcome", "From", "To", "Reason"],
        [
            .. commands.Select(command => new Cell[]
            {
                Shown.Time(command.At), EnumName.Of(command.Operation), command.Actor, EnumName.Of(command.Outcome),
                EnumName.Capital(command.StateBefore), EnumName.Capital(command.StateAfter), command.Reason,
            }),
        ]);

    public static string Recommended(RecommendedCancel recommended) => $"{EnumName.Of(recommended.Mode)} cancel: {recommended.Why}";

    public static string ProblemOf(Problem? problem) => problem is null ? ""
        : $"{problem.Sentence} ({string.Join(", ", new[] { problem.Code, problem.Object, problem.SqlState }.Where(each => each.Length > 0))})";

    static Grid Objects(Job job) => new(
        ["Object", "From", "Read", "Extracted", "Written", "Inserted", "Updated", "Unchanged", "Rejected", "Blocked"],
        [
            .. job.Objects.Select(each => (each, Counts: each.Counts ?? new RecordCounts())).Select(row => new Cell[]
            {
                row.each.Destination, row.each.Source, row.each.HasFullRead ? row.each.FullRead ? "full" : "changes" : "", Shown.Number(row.Counts.Extracted),
                Shown.Number(row.Counts.Written), Shown.Number(row.Counts.Inserted), Shown.Number(row.Counts.Updated), Shown.Number(row.Counts.Unchanged),
                Shown.Number(row.Counts.Rejected), row.each.Blocked?.Sentence ?? "",
            }),
        ]);

    static Grid Tasks(Job job) => new(
        ["Step", "State", "Started", "Finished", "More"],
        [
            .. job.Tasks.Select(each => new Cell[]
            {
                EnumName.Of(each.Kind), EnumName.Of(each.State), Shown.Time(each.Started), Shown.Time(each.Finished), each.Detail,
            }),
        ]);

    static string TriggerOf(Trigger? trigger) => trigger is null ? ""
        : string.Join(", ", new[] { EnumName.Of(trigger.Kind), trigger.Detail, trigger.Actor, trigger.Reason }.Where(each => each.Length > 0));

    static string Outcomes(OutcomeCounts? counts) => counts is null ? ""
        : $"{Shown.Number(counts.Delivered)} delivered, {Shown.Number(counts.Opened)} opened, {Shown.Number(counts.Clicked)} clicked, "
        + $"{Shown.Number(counts.Attrition)} attrition, {Shown.Number(counts.Bounced)} bounced, {Shown.Number(counts.Suppressed)} suppressed";

    static string StopOf(Stop? stop)
    {
        if (stop is null) return "";
        var kind = stop.Kind == StopKind.Unspecified ? "" : $" ({EnumName.Of(stop.Kind)})";
        var confirmed = stop.Confirmed is not null ? $"confirmed {Shown.Time(stop.Confirmed)} by {EnumName.Of(stop.ConfirmedBy)}"
            : stop.ConfirmedBy == StopConfirmation.Abandoned ? "abandoned, unconfirmed" : "not confirmed yet";
        return $"{EnumName.Of(stop.Mode)} {EnumName.Of(stop.Intent)}{kind} by {stop.Actor}, requested {Shown.Time(stop.Requested)}, {confirmed}";
    }
}
