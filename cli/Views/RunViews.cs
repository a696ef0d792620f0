using Headgate.Cli.Output;
using Headgate.V1;

namespace Headgate.Cli.Views;

/// <summary>What a run would do, and what files and installations are warned of.</summary>
static class RunViews
{
    public static void Estimate(this Screen screen, RunEstimate estimate)
    {
        screen.Table(new Grid(
            ["Object", "From", "Read", "Records", "There now", "Table", "Put back", "Deleted", "There again", "As before", "In conflict"],
            [
                .. estimate.Objects.Select(each => new Cell[]
                {
                    each.Destination, each.Source, each.FullRead ? "full" : each.HasPutBack ? "change log" : "changes", each.HasRows ? Shown.Number(each.Rows) : "not known",
                    each.HasDestinationRows ? Shown.Number(each.DestinationRows) : "", each.Dropped ? "dropped and created anew" : "",
                    Known(each.HasPutBack, each.PutBack), Known(each.HasInsertsDeleted, each.InsertsDeleted),
                    Known(each.HasDeletesRestored, each.DeletesRestored), Known(each.HasUnchanged, each.Unchanged), Known(each.HasConflicts, each.Conflicts),
                }),
            ]).WithoutEmptyColumns());
        screen.Say($"About {Shown.Number(estimate.Rows)} records to {SafeText.Line(estimate.Destination)}.");
        if (estimate.ActiveJobId.Length > 0) screen.Say($"Job {SafeText.Line(estimate.ActiveJobId)} is active.");
    }

    static string Known(bool isKnown, long number) => isKnown ? Shown.Number(number) : "";

    public static void Warnings(this Screen screen, IEnumerable<PipelineFileWarning> warnings)
    {
        foreach (var each in warnings)
        {
            var position = each.Line > 0 ? $"{each.File}:{each.Line}:{each.Column}" : each.File;
            screen.Terminal.ErrorLine(SafeText.Line($"warning: {position}{(each.Field.Length > 0 ? $" {each.Field}" : "")}: {each.Message}"));
        }
    }
}
