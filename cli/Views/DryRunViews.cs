using Headgate.Cli.Naming;
using Headgate.Cli.Output;
using Headgate.V1;

namespace Headgate.Cli.Views;

/// <summary>What dry runs have found.</summary>
static class DryRunViews
{
    const int MostOfAField = 3;

    /// <summary>Of one value, in characters: a line holds it.</summary>
    const int MostShown = 60;

    public static Grid Objects(DryRunSummary dryRun) => new(
        ["Would write", "Compared", "Inserts", "Updates", "Unchanged", "Rejected", "Fields", "Rejects unknown"],
        [
            .. dryRun.Objects.Select(each => new Cell[]
            {
                each.Object, Shown.Number(each.Compared), Shown.Number(each.Inserts), Shown.Number(each.Updates), Shown.Number(each.Unchanged),
                each.RejectsUnknown.Length > 0 && each.Rejected == 0 ? "" : Shown.Number(each.Rejected), string.Join(", ", each.Fields.Select(Field)),
                each.RejectsUnknown,
            }),
        ]);

    /// <summary>A few records for each field that would change, and of those that would be inserted.</summary>
    public static Grid Records(DryRunSummary dryRun, IReadOnlyCollection<RecordChange> records) => new(
        [dryRun.Objects.Count > 1 ? "Object" : "", "Field", "Key", "Before", "After"],
        [
            .. dryRun.Objects.SelectMany(each => each.Fields.Select(field => (Object: each.Object, field.Field))).SelectMany(wanted => records
                .Where(record => record.Object == wanted.Object && record.Operation == ChangeOperation.Update)
                .SelectMany(record => record.Fields.Where(field => field.Field == wanted.Field).Select(field => (record, field)))
                .Take(MostOfAField)
                .Select(found => new Cell[]
                {
                    dryRun.Objects.Count > 1 ? wanted.Object : "", wanted.Field, RecordKeys.Shown(found.record.Key),
                    Short(Shown.Value(found.field.HasBefore, found.field.Before)), Short(Shown.Value(found.field.HasAfter, found.field.After)),
                })),
            .. dryRun.Objects.SelectMany(each => records
                .Where(record => record.Object == each.Object && record.Operation == ChangeOperation.Insert)
                .Take(MostOfAField)
                .Select(record => new Cell[]
                {
                    dryRun.Objects.Count > 1 ? each.Object : "", "(new)", RecordKeys.Shown(record.Key), "",
                    Short(string.Join(", ", record.Fields.Select(field => $"{field.Field}: {Shown.Value(field.HasAfter, field.After)}"))),
                })),
        ]);

    static string Short(string text) => text.Length <= MostShown ? text : $"{text[..MostShown]}...";

    static string Field(DryRunField field) =>
        $"{field.Field}: {Shown.Number(field.Changed)}{(field.Nulled > 0 ? $", {Shown.Number(field.Nulled)} of them to null" : "")}";
}
