using System.Numerics;

namespace Headgate.PipelineFiles.Rules;

/// <summary>Checks a cron expression of five fields, as crontab(5) has them.</summary>
static class CronSyntax
{
    static readonly CronField[] Fields =
    [
        new("minute", 0, 59, []),
        new("hour", 0, 23, []),
        new("day of month", 1, 31, []),
        new("month", 1, 12, ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]),
        new("day of week", 0, 7, ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]),
    ];

    static readonly int[] LongestMonth = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

    public static string? WhatIsWrong(string text)
    {
        if (text.StartsWith('@'))
            return "a nickname such as @daily is not supported";
        var parts = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != Fields.Length)
            return $"it has {parts.Length} fields instead of 5{(parts.Length is 6 or 7 ? " (there are no seconds and no years)" : "")}";

        var values = new ulong[Fields.Length];
        var wrong = Fields.Select((field, i) => field.Read(parts[i], out values[i])).OfType<string>().ToList();
        if (wrong.Count > 0)
            return string.Join("; ", wrong);
        // Where the day of the week is restricted too, either will do.
        return (parts[4].StartsWith('*') || parts[2].StartsWith('*')) && NeverComes(days: values[2], months: values[3]) ? "no such day comes in these months" : null;
    }

    static bool NeverComes(ulong days, ulong months)
    {
        var first = BitOperations.TrailingZeroCount(days);
        return !Enumerable.Range(1, 12).Any(month => (months >> month & 1) == 1 && first <= LongestMonth[month]);
    }
}
