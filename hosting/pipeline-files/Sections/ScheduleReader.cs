using Headgate.Contracts.Pipelines;
using Headgate.PipelineFiles.Rules;

namespace Headgate.PipelineFiles.Sections;

static class ScheduleReader
{
    const int MaxTriggers = 100;

    const string Expected = "cron or every, one of the two";

    static readonly Rule<TimeSpan> Every = DurationRule.Between("1s", "366d");

    static readonly Rule<TimeSpan> Jitter = DurationRule.Between("0s", "1h");

    public static ScheduleDefinition Read(MappingReader schedule)
    {
        var (cron, every) = (schedule.Has("cron"), schedule.Has("every"));
        if (cron && every)
            schedule.Refuse("every", "cron is there too", Expected);
        if (!cron && !every)
            schedule.RefuseMissing("cron", Expected);
        return new ScheduleDefinition
        {
            Cron = schedule.Optional("cron", ScheduleRule.Cron),
            Every = schedule.Optional("every", Every),
            Timezone = schedule.Value("timezone", ScheduleRule.Timezone, "UTC"),
            Jitter = schedule.Value("jitter", Jitter, TimeSpan.Zero),
            Misfire = schedule.Value("misfire", ChoiceRule.Misfire, MisfirePolicy.Once),
        };
    }

    public static IReadOnlyList<TriggerDefinition> ReadTriggers(MappingReader spec) => spec.Sections("triggers", MaxTriggers, ReadTrigger) ?? [];

    static TriggerDefinition ReadTrigger(MappingReader trigger) => new()
    {
        Event = trigger.Required("event", NameRule.Pattern),
        Subject = trigger.Optional("subject", NameRule.Pattern),
    };
}
