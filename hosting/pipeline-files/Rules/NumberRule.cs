using System.Globalization;

namespace Headgate.PipelineFiles.Rules;

static class NumberRule
{
    /// <summary>0 to 1.</summary>
    public static readonly Rule<double> Share = Number("a share from 0 to 1", v => v is >= 0 and <= 1);

    /// <summary>Above 0.</summary>
    public static readonly Rule<double> Ratio = Number("a number above 0", v => v > 0);

    public static Rule<int> Whole(int min, int max = int.MaxValue) => new(
        max == int.MaxValue ? $"a whole number, at least {min}" : $"a whole number from {min} to {max}",
        (string text, out int value) =>
            !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
                ? $"{Shown.Value(text)} is not a whole number in range"
                : value < min || value > max ? $"{value} is out of range" : null);

    static Rule<double> Number(string expected, Func<double, bool> inRange) => new(expected,
        (string text, out double value) =>
            !double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value)
            || !double.IsFinite(value)
                ? $"{Shown.Value(text)} is not a number"
                : inRange(value) ? null : $"{Shown.Value(text)} is out of range");
}
