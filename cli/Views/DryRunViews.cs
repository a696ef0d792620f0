using Headgate.Cli.Output;
using Headgate.V1;

namespace Headgate.Cli.Views;

/// <summary>What dry runs have found.</summary>
static class DryRunViews
{
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

    static string Field(DryRunField field) =>
        $"{field.Field}: {Shown.Number(field.Changed)}{(field.Nulled > 0 ? $", {Shown.Number(field.Nulled)} of them to null" : "")}";
}
