using System.Globalization;
using Headgate.JobCoordinator.Guards;

namespace Headgate.JobCoordinator.Recovery;

/// <summary>
/// Lines for a pipeline file's `guards` that would have kept a job from what it did: of those that saw it, and only told. One that has held
/// the job, and that somebody has let it pass, needs no other lines.
/// </summary>
static class SuggestedGuards
{
    /// <summary>Empty: none are known.</summary>
    public static string Of(IEnumerable<RecoveryTrip> trips)
    {
        var lines = trips.Where(trip => trip.OnlyTold).GroupBy(trip => trip.Guard, StringComparer.Ordinal).Select(Line).ToList();
        return lines.Count == 0 ? "" : $"guards:\n  {string.Join("\n  ", lines)}";
    }

    static string Line(IGrouping<string, RecoveryTrip> guard)
    {
        var thresholds = guard.Where(trip => trip.Measure is not (Measures.None or Measures.Sample)).Select(
            trip => string.Create(CultureInfo.InvariantCulture, $"{Threshold(trip.Measure)}: {trip.Allowed:0.####}, ")).Distinct(StringComparer.Ordinal);
        return $"{Key(guard.Key)}: {{ {string.Concat(thresholds)}action: {Action(guard.Key)} }}";
    }

    // Rows that would go are judged by the ratio that records are judged by.
    static string Threshold(string measure) => measure == Measures.Vanished ? Measures.MaxRatio : measure;

    // What is known before launch is held; the others see what is being written.
    static string Action(string guard) => guard is "Rejects" or "Duration" ? "pause" : "hold";

    static string Key(string guard) => $"{char.ToLowerInvariant(guard[0])}{guard[1..]}";
}
