using Cronos;

namespace Headgate.Schedules;

/// <summary>
/// As crontab(5) has it: where neither the day of the month nor the day of the week begins with *, a day is one by either of them. Clocks
/// that jump ahead fire what they have jumped over in the moment after; what an hour that comes twice has is fired once, unless it comes
/// at intervals (*/15).
/// </summary>
sealed class CronDueTimes : DueTimes
{
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
        if (cron.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is not [var minute, var hour, var day, var month, var weekday])
            throw new FormatException("A cron expression has not five fields.");
        if (day.StartsWith('*') || weekday.StartsWith('*')) return [$"{minute} {hour} {day} {month} {weekday}"];
        return [$"{minute} {hour} {day} {month} *", $"{minute} {hour} * {month} {weekday}"];
    }
}
