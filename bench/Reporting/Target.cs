using Headgate.Bench.Measuring;

namespace Headgate.Bench.Reporting;

/// <summary>A goal, and what was measured.</summary>
/// <param name="Text">What it is of.</param>
/// <param name="Limit">The limit, in words.</param>
/// <param name="Value">What was measured; null: it could not be.</param>
/// <param name="Unit">What follows the value; empty for a ratio.</param>
/// <param name="Reached">Whether the value is on the right side.</param>
sealed record Target(string Text, string Limit, double? Value, string Unit, bool Reached)
{
    public static Target AtLeast(string text, double limit, double? value, string unit = "") =>
        new(text, $"at least {limit:0.##}{unit}", value, unit, value >= limit);

    public static Target AtMost(string text, double limit, double? value, string unit = "") =>
        new(text, $"at most {limit:0.##}{unit}", value, unit, value <= limit);

    /// <summary>How many times faster than a peer, which is the peer's time over ours.</summary>
    public static Target Faster(IReadOnlyList<ContenderResult> results, string than, string of, double limit) =>
        AtLeast($"{than} / {of}", limit, Statistics.Ratio(Seconds(results, than), Seconds(results, of)));

    /// <summary>How many times the time of a peer ours may be.</summary>
    public static Target Slower(IReadOnlyList<ContenderResult> results, string of, string than, double limit) =>
        AtMost($"{of} / {than}", limit, Statistics.Ratio(Seconds(results, of), Seconds(results, than)));

    public static double? Seconds(IReadOnlyList<ContenderResult> results, string name) => results.SingleOrDefault(r => r.Name == name)?.Seconds;

    public string Verdict => Value is null ? "not measured" : Reached ? "reached" : "**not reached**";
}
