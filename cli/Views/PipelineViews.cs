using Headgate.Cli.Naming;
using Headgate.Cli.Output;
using Headgate.V1;

namespace Headgate.Cli.Views;

/// <summary>Pipelines, in a list and in full.</summary>
static class PipelineViews
{
    public static Grid List(IEnumerable<Pipeline> pipelines) => new(
        ["Project", "Pipeline", "State", "Version", "Objects", "Schedule", "Next run", "Job", "Last job"],
        [
            .. pipelines.Select(pipeline => new Cell[]
            {
                pipeline.Project, pipeline.Name, Shown.State(pipeline.State), $"{pipeline.Version}", Shown.Number(pipeline.ObjectCount), ScheduleOf(pipeline.Schedule),
                Shown.Time(pipeline.Schedule?.NextRun), pipeline.CurrentJob is null ? "" : Shown.State(pipeline.CurrentJob.State),
                pipeline.LastJob is null ? "" : Shown.State(pipeline.LastJob.State),
            }),
        ]);

    /// <summary>What a command has made of it.</summary>
    public static void Line(this Screen screen, Pipeline pipeline) => screen.Fields(
        ("Pipeline", $"{pipeline.Project}/{pipeline.Name}"), ("State", Shown.State(pipeline.State)), ("Version", $"{pipeline.Version}"),
        ("Schedule", ScheduleOf(pipeline.Schedule)), ("Next run", Shown.Time(pipeline.Schedule?.NextRun)));

    public static void Details(this Screen screen, Pipeline pipeline)
    {
        var schedule = pipeline.Schedule ?? new PipelineSchedule();
        screen.Fields(
            ("Pipeline", $"{pipeline.Project}/{pipeline.Name}"), ("Id", pipeline.Id), ("State", Shown.State(pipeline.State)), ("Version", $"{pipeline.Version}"),
            ("From", pipeline.Source), ("To", pipeline.Destination), ("Objects", Shown.Number(pipeline.ObjectCount)), ("Schedule", ScheduleOf(pipeline.Schedule)),
            ("Switched", schedule.Switched is null ? "" : $"{Shown.Time(schedule.Switched)} by {schedule.SwitchedBy}"), ("Reason", schedule.SwitchReason),
            ("Next run", Shown.Time(schedule.NextRun)), ("Failures", pipeline.Failures > 0 ? $"{pipeline.Failures} of {pipeline.MaxFailures}" : ""),
            ("Job", JobOf(pipeline.CurrentJob)), ("Last job", JobOf(pipeline.LastJob)), ("Created", Shown.Time(pipeline.Created)),
            ("Applied", pipeline.Applied is null ? "" : $"{Shown.Time(pipeline.Applied)} by {pipeline.AppliedBy}"));
    }

    public static Grid Skipped(IEnumerable<SkippedRun> runs) => new(
        ["Skipped", "Trigger", "Due", "Runs", "Job in the way", "Why"],
        [
            .. runs.Select(run => new Cell[]
            {
                Shown.Time(run.At), EnumName.Of(run.Trigger?.Kind ?? TriggerKind.Unspecified), DueOf(run), run.Runs > 1 ? $"{run.Runs}" : "", run.JobId, run.Reason,
            }),
        ]);

    static string DueOf(SkippedRun run) =>
        run.Runs > 1 ? $"{Shown.Time(run.FirstDue)} to {Shown.Time(run.LastDue)}" : Shown.Time(run.FirstDue);

    static string ScheduleOf(PipelineSchedule? schedule)
    {
        if (schedule is null) return "";
        var said = string.Join(' ', new[] { schedule.Expression, schedule.Timezone }.Where(each => each.Length > 0));
        return schedule.Paused ? $"{said} (paused)".TrimStart() : said;
    }

    static string JobOf(Job? job) => job is null ? "" : $"{job.Id} {EnumName.Capital(job.State)}";
}
