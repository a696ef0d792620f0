using Headgate.Cli.Naming;
using Headgate.Cli.Output;
using Headgate.V1;

namespace Headgate.Cli.Views;

static class EventViews
{
    /// <summary>A row for each run that an event asked for, and one for an event that asked for none.</summary>
    public static Grid List(IEnumerable<UpstreamEvent> events) => new(
        ["Received", "Type", "Subject", "Pipeline", "Run", "Job", "Id", "Repeats", "Why"],
        [
            .. events.SelectMany(each => Rows(each)),
        ]);

    static IEnumerable<Cell[]> Rows(UpstreamEvent each)
    {
        if (each.Runs.Count == 0) return [Row(each, null)];
        var rows = each.Runs.Select(run => Row(each, run));
        return each.RunCount <= each.Runs.Count ? rows
            : rows.Append([Shown.Time(each.Received), each.Type, each.Subject, $"(and {each.RunCount - each.Runs.Count:N0} more)", "", "", each.Id, "", ""]);
    }

    static Cell[] Row(UpstreamEvent each, EventRun? run) =>
    [
        Shown.Time(each.Received), each.Type, each.Subject, run is null ? "(none)" : $"{run.Project}/{run.Pipeline}",
        run is null ? "" : run.Outcome == EventRunOutcome.Unspecified ? "on its way" : EnumName.Capital(run.Outcome), run?.JobId ?? "", each.Id,
        each.Repeats > 0 ? Shown.Number(each.Repeats) : "", run?.Outcome is EventRunOutcome.Skipped or EventRunOutcome.Refused ? run.Sentence : "",
    ];
}
