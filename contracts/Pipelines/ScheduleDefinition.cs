namespace Headgate.Contracts.Pipelines;

/// <summary>When runs start by themselves: a cron expression or an interval, one of the two.</summary>
public sealed record ScheduleDefinition
{
    /// <summary>Five fields, evaluated in Timezone.</summary>
    public string? Cron { get; init; }

    /// <summary>The interval between starts.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>An IANA name. Default UTC.</summary>
    public string Timezone { get; init; } = "UTC";

    /// <summary>A random delay of up to this much. Default none.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>What becomes of fires that were missed.</summary>
    public MisfirePolicy Misfire { get; init; } = MisfirePolicy.Once;
}
