using System.Globalization;

namespace Headgate.PipelineFiles.Rules;

static class DurationRule
{
    const long LongestInDays = 1_000_000;

    static readonly (string Unit, long Milliseconds)[] Units =
        [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    public static Rule<TimeSpan> Between(string min, string max)
    {
        var (shortest, longest) = (Read(min), Read(max));
        return new Rule<TimeSpan>($"a duration from {min} to {max} (units ms, s, m, h, d)", (string text, out TimeSpan value) =>
        {
            if (WhatIsWrong(text, out value) is { } wrong)
                return wrong;
            return value < shortest || value > longest ? $"{Shown.Value(text)} is out of range" : null;
        });
    }

    static TimeSpan Read(string text) => WhatIsWrong(text, out var value) is null ? value : throw new ArgumentException(text, nameof(text));

    static string? WhatIsWrong(string text, out TimeSpan value)
    {
        value = default;
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? text[..end] : text;
        if (digits.Length == text.Length && digits.Length > 0)
            return $"{Shown.Value(text)} has no unit";
        var unit = Array.Find(Units, u => u.Unit == text[digits.Length..]);
        if (digits.Length == 0 || unit.Unit is null)
            return $"{Shown.Value(text)} is not a duration";
        // Beyond every limit of a rule, and below what a TimeSpan holds.
        if (digits.Length > 12 || long.Parse(digits, CultureInfo.InvariantCulture) > LongestInDays * 86_400_000 / unit.Milliseconds)
            return $"{Shown.Value(text)} is out of range";
        value = TimeSpan.FromMilliseconds(long.Parse(digits, CultureInfo.InvariantCulture) * unit.Milliseconds);
        return null;
    }
}
