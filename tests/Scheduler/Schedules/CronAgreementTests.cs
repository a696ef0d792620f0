using Headgate.Contracts.Pipelines;
using Headgate.PipelineFiles;
using Headgate.Schedules;

namespace Headgate.Scheduler.Tests.Schedules;

/// <summary>
/// What a file's check accepts as cron comes due as crontab(5) says: many expressions, each compared, minute by minute, with a reading of it
/// that is written here anew.
/// </summary>
public sealed class CronAgreementTests
{
    static readonly string[] Months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    static readonly string[] Days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    static readonly DateTimeOffset From = new(2028, 2, 20, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_a_file_may_say_comes_due_as_crontab_has_it()
    {
        // A seed, so that what fails once fails again.
        var random = new Random(20260301);
        for (var round = 0; round < 60; round++)
        {
            Field[] fields =
            [
                Any(random, 0, 59, []), Any(random, 0, 23, []), Any(random, 1, 31, []), Any(random, 1, 12, Months), Any(random, 0, 7, Days),
            ];
            var cron = string.Join(' ', fields.Select(field => field.Text));
            if (!IsAccepted(cron)) continue;
            var until = From.AddDays(40);
            var expected = Minutes(From, until).Where(time => IsDue(fields, time)).ToList();
            var actual = DueTimes.Of(new ScheduleDefinition { Cron = cron }, From).Between(From, until).ToList();
            Assert.True(expected.SequenceEqual(actual), $"{cron}: expected {expected.Count} times, got {actual.Count}; "
                + $"first apart {expected.Except(actual).Concat(actual.Except(expected)).Order().FirstOrDefault():u}");
        }
    }

    static bool IsAccepted(string cron) => PipelineFile.Parse(
        $"""
         apiVersion: headgate/v1
         kind: Pipeline
         metadata: {"{"} project: crm, name: contacts {"}"}
         spec:
           source: {"{"} postgres: {"{"} connection: env:A {"}"} {"}"}
           destination: {"{"} postgres: {"{"} connection: env:B {"}"} {"}"}
           objects: [ {"{"} from: a, to: b, key: [id] {"}"} ]
           schedule: {"{"} cron: "{cron}" {"}"}
         """,
        "cron.yaml").Problems.Count == 0;

    static IEnumerable<DateTimeOffset> Minutes(DateTimeOffset after, DateTimeOffset until)
    {
        for (var time = after.AddMinutes(1); time <= until; time = time.AddMinutes(1)) yield return time;
    }

    static bool IsDue(Field[] fields, DateTimeOffset time)
    {
        var (day, weekday) = (fields[2].Values.Contains(time.Day), fields[4].Values.Contains((int)time.DayOfWeek));
        var isEither = !fields[2].Text.StartsWith('*') && !fields[4].Text.StartsWith('*');
        return fields[0].Values.Contains(time.Minute) && fields[1].Values.Contains(time.Hour) && fields[3].Values.Contains(time.Month)
            && (isEither ? day || weekday : day && weekday);
    }

    static Field Any(Random random, int min, int max, string[] names)
    {
        var entries = Enumerable.Range(0, random.Next(4) == 0 ? random.Next(2, 4) : 1).Select(_ => Entry(random, min, max, names)).ToList();
        return new Field(string.Join(',', entries.Select(entry => entry.Text)), [.. entries.SelectMany(entry => entry.Values)]);
    }

    static Field Entry(Random random, int min, int max, string[] names)
    {
        switch (random.Next(6))
        {
            case 0 or 1:
                return new Field("*", All(min, max, 1, max));
            case 2:
                var every = random.Next(1, max + 1);
                return new Field($"*/{every}", All(min, max, every, max));
            case 3:
                var one = random.Next(min, max + 1);
                return new Field(Name(random, one, min, names), All(one, one, 1, max));
            default:
                var (first, last) = (random.Next(min, max + 1), random.Next(min, max + 1));
                if (first > last) (first, last) = (last, first);
                var step = random.Next(3) == 0 ? random.Next(1, max + 1) : 1;
                return new Field($"{Name(random, first, min, names)}-{Name(random, last, min, names)}{(step > 1 ? $"/{step}" : "")}", All(first, last, step, max));
        }
    }

    // Days of the week are 0 to 7, and 7 is Sunday as 0 is.
    static HashSet<int> All(int first, int last, int step, int max)
    {
        var values = new HashSet<int>();
        for (var value = first; value <= last; value += step) values.Add(max == 7 ? value % 7 : value);
        return values;
    }

    static string Name(Random random, int value, int min, string[] names) =>
        names.Length > 0 && random.Next(2) == 0 && value - min < names.Length ? names[value - min] : $"{value}";

    sealed record Field(string Text, HashSet<int> Values);
}
