using Headgate.Cli.Naming;
using Headgate.Cli.Output;
using Headgate.V1;

namespace Headgate.Cli.Views;

/// <summary>Records: changed, refused, in doubt, compared.</summary>
static class RecordViews
{
    /// <summary>A change a line, as there may be millions.</summary>
    public static string Line(RecordChange change)
    {
        var fields = change.Hash.Length > 0 ? $"(first load, hash {Convert.ToHexStringLower(change.Hash.Span)})"
            : string.Join("  ", change.Fields.Select(field => change.Operation switch
            {
                ChangeOperation.Insert => $"{field.Field}: {Shown.Value(field.HasAfter, field.After)}",
                ChangeOperation.Delete => $"{field.Field}: {Shown.Value(field.HasBefore, field.Before)}",
                _ => $"{field.Field}: {Shown.Value(field.HasBefore, field.Before)} -> {Shown.Value(field.HasAfter, field.After)}",
            } + (field.Cut > 0 ? $" (cut, of {Shown.Number(field.Cut)} bytes)" : "")));
        return SafeText.Line($"{change.Sequence}  {EnumName.Of(change.Operation)}  {change.Object}  {RecordKeys.Shown(change.Key)}  {fields}");
    }

    public static string Line(RecordDiff diff)
    {
        var fields = diff is { Result: DiffResult.Different, Fields.Count: 0 } ? "(the source has values that the destination cannot receive)"
            : string.Join("  ", diff.Fields.Select(field =>
                $"{field.Field}: source {Shown.Value(field.HasSource, field.Source)}, destination {Shown.Value(field.HasDestination, field.Destination)}, "
                + $"before {Shown.Value(field.HasBefore, field.Before)}{(field.ChangedSince ? ", changed since" : "")}"));
        return SafeText.Line($"{EnumName.Of(diff.Result)}  {diff.Object}  {RecordKeys.Shown(diff.Key)}  {fields}");
    }

    public static string Summary(DiffSummary summary) =>
        $"{Shown.Number(summary.Compared)} compared: {Shown.Number(summary.Equal)} equal, {Shown.Number(summary.Different)} different, "
        + $"{Shown.Number(summary.MissingAtSource)} missing at the source, {Shown.Number(summary.MissingAtDestination)} missing at the destination.";

    public static Grid Rejected(IEnumerable<RejectedRecord> records) => new(
        ["Object", "Key", "Why", "Left as it is", "Code", "Constraint", "Column", "Attempt", "Waiting", "Rejected"],
        [
            .. records.Select(record => new Cell[]
            {
                record.Object, record.Key is null ? "too large to keep" : RecordKeys.Shown(record.Key), record.Sentence, Conflicting(record.Conflict),
                record.SqlState, record.Constraint, record.Column, $"{record.Attempt}", record.Waiting ? "yes" : "", Shown.Time(record.Rejected),
            }),
        ]);

    /// <summary>Of a row that a rollback has left: the fields that it is about, as they were before the job, as the job wrote them, and now.</summary>
    static string Conflicting(Conflict? conflict) => conflict is null ? "" : $"{EnumName.Of(conflict.Kind)}: {string.Join(", ", conflict.Fields.Select(field =>
        $"{field.Field} was {Shown.Value(field.HasBefore, field.Before)}, written {Shown.Value(field.HasWritten, field.Written)}, "
        + $"now {Shown.Value(field.HasNow, field.Now)}"))}";

    public static Grid InDoubt(IEnumerable<InDoubtRecord> records) => new(
        ["Object", "Key", "State", "Request key", "Attempt", "Sent", "Resolved"],
        [
            .. records.Select(record => new Cell[]
            {
                record.Object, RecordKeys.Shown(record.Key), EnumName.Of(record.State), record.RequestKey, $"{record.Attempt}",
                Shown.Time(record.Sent), Shown.Time(record.Resolved),
            }),
        ]);

    public static Grid Usage(GetUsageResponse usage) => new(
        ["Project", "Pipeline", "State", "Jobs", "Extracted", "Written", "Inserted", "Updated", "Unchanged", "Rejected", "In doubt"],
        [
            .. usage.Usage.Select(each => Row(each.Project, each.Pipeline, Shown.State(each.State), Shown.Number(each.Jobs), each.Counts)),
            Row("Total", "", "", Shown.Number(usage.TotalJobs), usage.Total),
        ]);

    static Cell[] Row(Cell project, Cell pipeline, Cell state, Cell jobs, RecordCounts? counts)
    {
        counts ??= new RecordCounts();
        return
        [
            project, pipeline, state, jobs, Shown.Number(counts.Extracted), Shown.Number(counts.Written), Shown.Number(counts.Inserted),
            Shown.Number(counts.Updated), Shown.Number(counts.Unchanged), Shown.Number(counts.Rejected), Shown.Number(counts.InDoubt),
        ];
    }
}
