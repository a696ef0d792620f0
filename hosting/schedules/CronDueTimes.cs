using Cronos;

namespace Headgate.Schedules;

/// <summary>
/// As crontab(5) has it: where neither the day of the month nor the day of the week begins with *, a day is one by either of them. Clocks
/// that jump ahead fire what they have jumped over in the moment after; what an hour that comes twice has is fired once, unless it comes
/// at intervals (*/15).
/// </summary>
sealed class CronDueTimes : DueTimes
{
    // Of minutes, hours, days, months and weekdays.
    static readonly string[] Whole = ["0-59", "0-23", "1-31", "1-12", "0-6"];

    readonly CronExpression[] _expressions;
    readonly TimeZoneInfo _zone;

    public CronDueTimes(string cron, TimeZoneInfo zone)
    {
        _expressions = [.. Expressions(cron).Select(text => CronExpression.Parse(text))];
        _zone = zone;
    }

    public override DateTimeOffset? After(DateTimeOffset time) => _expressions.Min(expression => expression.GetNextOccurrence(time, _zone))?.ToUniversalTime();

    // Cronos takes days that are both: what is either is asked for twice.
    static IEnumerable<string> Expressions(string cron)
    {
        var said = cron.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (said.Length != Whole.Length) throw new FormatException("A cron expression has not five fields.");
        string[] fields = [.. said.Zip(Whole, Spelled)];
        if (said[2].StartsWith('*') || said[4].StartsWith('*')) return [string.Join(' ', fields)];
        var (minute, hour, day, month, weekday) = (fields[0], fields[1], fields[2], fields[3], fields[4]);
        return [$"{minute} {hour} {day} {month} *", $"{minute} {hour} * {month} {weekday}"];
    }

    // Cronos has no * in a list.
    static string Spelled(string field, string whole) =>
        field.Contains(',', StringComparison.Ordinal) ? field.Replace("*", whole, StringComparison.Ordinal) : field;
}
