using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Headgate.Cli.Naming;
using Headgate.Cli.Output;
using Headgate.V1;

namespace Headgate.Cli.Views;

/// <summary>Stops, and how long they took.</summary>
static class StopViews
{
    public static Grid Times(IEnumerable<StopTimes> times) => new(
        ["Mode", "Stops", "p50", "p90", "p99", "Max", "Unconfirmed now"],
        [
            .. times.Select(each => new Cell[]
            {
                EnumName.Of(each.Mode), Shown.Number(each.Count), Length(each.P50), Length(each.P90), Length(each.P99), Length(each.Max),
                Shown.Number(each.Unconfirmed),
            }),
        ]);

    public static Grid List(IEnumerable<StopRecord> stops, bool withProject) => new(
        ["Project", "Pipeline", "Requested", "Took", "Mode", "Ends", "Kind", "Cause", "By", "Reason", "Job"],
        [
            .. stops.Select(each => new Cell[]
            {
                withProject ? each.Project : "", each.Pipeline, Shown.Time(each.Stop.Requested), Took(each.Stop),
                each.Escalated ? $"{EnumName.Of(each.Stop.Mode)}, escalated" : EnumName.Of(each.Stop.Mode), EnumName.Of(each.Stop.Intent),
                EnumName.Of(each.Stop.Kind), EnumName.Of(each.Stop.Cause), each.Stop.Actor, each.Stop.Reason, each.JobId,
            }),
        ]);

    static string Took(Stop stop) => stop.Confirmed is { } confirmed ? Length(confirmed - stop.Requested)
        : stop.ConfirmedBy == StopConfirmation.Abandoned ? "abandoned" : "unconfirmed";

    static string Length(Duration? length) =>
        length is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{length.ToTimeSpan().TotalSeconds:0.000} s");
}
