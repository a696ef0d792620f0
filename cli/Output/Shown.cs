using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Headgate.Cli.Naming;
using Headgate.V1;
using Spectre.Console;

namespace Headgate.Cli.Output;

/// <summary>Values as people read them.</summary>
static class Shown
{
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>In the local zone; empty: never.</summary>
    public static string Time(Timestamp? time) =>
        time is null ? "" : time.ToDateTimeOffset().ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>As it is said: 17:00, with the day where it is not today.</summary>
    public static string Clock(Timestamp time, TimeProvider clock)
    {
        var local = TimeZoneInfo.ConvertTime(time.ToDateTimeOffset(), clock.LocalTimeZone);
        return local.ToString(local.Date == clock.GetLocalNow().Date ? "HH:mm" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
    }

    public static string Percent(Job job) => job.HasPercent ? $"{job.Percent.ToString("0.#", CultureInfo.InvariantCulture)} %" : "";

    /// <summary>What was written of what is to be: `8,400 of 80,000`.</summary>
    public static string Written(Job job)
    {
        var counts = job.Counts ?? new RecordCounts();
        var whole = job.RequestId.Length > 0 ? counts.Extracted : counts.HasSourceEstimate ? counts.SourceEstimate : 0;
        return whole > 0 ? $"{Number(counts.Written)} of {Number(whole)}" : Number(counts.Written);
    }

    public static Cell State(JobState state) => new(EnumName.Capital(state), state switch
    {
        JobState.Failed => new Style(Color.Red),
        JobState.Paused or JobState.Pausing or JobState.Canceling => new Style(Color.Yellow),
        JobState.Completed => new Style(Color.Green),
        _ => null,
    });

    public static Cell State(PipelineState state) => new(EnumName.Capital(state), state switch
    {
        PipelineState.Failed => new Style(Color.Red),
        PipelineState.Paused => new Style(Color.Yellow),
        _ => null,
    });

    /// <summary>A field's value: null is told from the text.</summary>
    public static string Value(bool isThere, string value) => isThere ? $"\"{value}\"" : "null";
}
