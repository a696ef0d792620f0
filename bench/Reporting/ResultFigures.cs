using Headgate.Bench.Measuring;

namespace Headgate.Bench.Reporting;

/// <summary>The contenders' results as a table.</summary>
static class ResultFigures
{
    /// <summary>Ratios are to the first contender's time; where it comes again (at another size, say), to that from there on.</summary>
    public static Figures Of(IReadOnlyList<ContenderResult> results)
    {
        var rows = new List<IReadOnlyList<string>>();
        double? own = null;
        foreach (var result in results)
        {
            if (result.Name == results[0].Name) own = result.Seconds;
            rows.Add(Row(result, own));
        }

        return new Figures(["", "cold", "warm median", "warm min to max", $"time / {results.FirstOrDefault()?.Name}'s", "remarks"], rows);
    }

    public static Figures Of(IReadOnlyList<Target> targets) => new(
        ["goal", "limit", "measured", ""],
        [.. targets.Select(t => (IReadOnlyList<string>)[t.Text, t.Limit, t.Value is { } value ? $"{value:0.00}{t.Unit}" : "-", t.Verdict])]);

    public static Figures OfMemory(IReadOnlyDictionary<string, double> peaks) =>
        new([.. peaks.Keys], [[.. peaks.Values.Select(peak => $"{peak:0} MB")]]);

    static IReadOnlyList<string> Row(ContenderResult result, double? own)
    {
        if (result.Missing is { } missing) return [result.Name, "-", "-", "-", "-", missing];
        double[] warm = [.. result.Warm.Select(m => m.Seconds)];
        return
        [
            result.Name,
            result.Cold is { } cold ? Seconds(cold.Seconds) : "-",
            warm.Length > 0 ? Seconds(Statistics.Median(warm)) : "-",
            warm.Length > 0 ? $"{warm.Min():0.00} to {Seconds(warm.Max())}" : "-",
            Statistics.Ratio(result.Seconds, own) is { } ratio ? $"{ratio:0.00}" : "-",
            string.Join("; ", [
                .. result.Parts.Select(part => $"{part.Key} {Seconds(part.Value)}"),
                .. result.Refused.Select(r => $"NOT COUNTED, {r}"),
            ]),
        ];
    }

    static string Seconds(double seconds) => $"{seconds:0.00} s";
}
