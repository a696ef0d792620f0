using System.Globalization;

namespace Headgate.PipelineFiles.Rules;

/// <summary>One field of a cron expression: lists of numbers, names, ranges and steps.</summary>
sealed record CronField(string Label, int Min, int Max, string[] Names)
{
    /// <summary>What is wrong, or null; <paramref name="values"/> has a bit for each value.</summary>
    public string? Read(string text, out ulong values)
    {
        values = 0;
        foreach (var entry in text.Split(','))
        {
            if (ReadEntry(entry, ref values) is { } wrong)
                return $"{Label}: {wrong}";
        }

        return null;
    }

    string? ReadEntry(string entry, ref ulong values)
    {
        if (entry.Length == 0)
            return "an entry of the list is empty";
        var slash = entry.IndexOf('/');
        var range = slash < 0 ? entry : entry[..slash];
        var step = 1;
        if (slash >= 0 && (!TryNumber(entry[(slash + 1)..], out step) || step < 1 || step > Max))
            return $"the step of {Shown.Value(entry)} is not a number from 1 to {Max}";
        if (ReadRange(range, slash >= 0, out var first, out var last) is { } wrong)
            return wrong;
        for (var value = first; value <= last; value += step)
            values |= 1UL << value;
        return null;
    }

    string? ReadRange(string range, bool stepped, out int first, out int last)
    {
        (first, last) = (Min, Max);
        if (range == "*")
            return null;
        var dash = range.IndexOf('-');
        if (dash < 0)
        {
            if (!TryValue(range, out first))
                return NotAValue(range);
            last = first;
            return stepped ? $"a step needs * or a range before it, such as {first}-{Max}" : null;
        }

        if (!TryValue(range[..dash], out first))
            return NotAValue(range[..dash]);
        if (!TryValue(range[(dash + 1)..], out last))
            return NotAValue(range[(dash + 1)..]);
        // A week may be written to its end by name: FRI-SUN is 5-7.
        if (last == 0 && first > 0 && Names.Length == 7 && !char.IsAsciiDigit(range[^1]))
            last = 7;
        return first > last ? $"the range {Shown.Value(range)} ends before it begins" : null;
    }

    string NotAValue(string text) =>
        $"{Shown.Value(text)} is not a number from {Min} to {Max}{(Names.Length > 0 ? $" or a name {Names[0]} to {Names[^1]}" : "")}";

    bool TryValue(string text, out int value)
    {
        var name = Array.FindIndex(Names, n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (name >= 0)
        {
            // Months are counted from 1, days of the week from 0.
            value = name + Min;
            return true;
        }

        return TryNumber(text, out value) && value >= Min && value <= Max;
    }

    static bool TryNumber(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
