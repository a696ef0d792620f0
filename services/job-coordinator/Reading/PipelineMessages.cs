using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Headgate.JobCoordinator.Starts;
using Enum = System.Enum;
using Operation = Headgate.V1.Operation;

namespace Headgate.JobCoordinator.Reading;

/// <summary>Pipelines as the calls show them.</summary>
static class PipelineMessages
{
    static readonly (TimeSpan Length, string Unit)[] Units =
        [(TimeSpan.FromDays(1), "d"), (TimeSpan.FromHours(1), "h"), (TimeSpan.FromMinutes(1), "m"), (TimeSpan.FromSeconds(1), "s")];

    public static V1.Pipeline Of(PipelineRecord pipeline, JobRow? active, JobRow? last, DateTimeOffset now) => new()
    {
        Id = pipeline.Id.ToString(),
        Project = pipeline.Project,
        Name = pipeline.Name,
        State = Enum.Parse<V1.PipelineState>(pipeline.State),
        Version = pipeline.Version,
        Source = pipeline.Source,
        Destination = pipeline.Destination,
        ObjectCount = pipeline.ObjectCount,
        Schedule = Schedule(pipeline, now),
        Failures = pipeline.Failures,
        MaxFailures = pipeline.MaxFailures,
        CurrentJob = active is null ? null : JobMessages.Of(active, now),
        LastJob = last is null ? null : JobMessages.Of(last, now),
        Accepts = { pipeline.Deleted is null ? Accepts(pipeline.State) : [] },
        Created = Timestamp.FromDateTimeOffset(pipeline.Created),
        Applied = Timestamp.FromDateTimeOffset(pipeline.Applied),
        AppliedBy = pipeline.AppliedBy,
        Deleted = JobMessages.Time(pipeline.Deleted),
    };

    /// <summary>What a state accepts, the likeliest first.</summary>
    public static IReadOnlyList<Operation> Accepts(string state) => state switch
    {
        "Enabled" => [Operation.SyncNow, Operation.PausePipeline, Operation.ApplyPipeline, Operation.DeletePipeline],
        "Paused" or "Failed" => [Operation.EnablePipeline, Operation.ApplyPipeline, Operation.DeletePipeline],
        _ => [Operation.ApplyPipeline],
    };

    // Null: the file has none, and nobody has ever moved its switch.
    static V1.PipelineSchedule? Schedule(PipelineRecord pipeline, DateTimeOffset now)
    {
        var schedule = NextRuns.Schedule(pipeline.Schedule);
        if (schedule is null && pipeline.ScheduleSwitched is null) return null;
        return new V1.PipelineSchedule
        {
            Expression = schedule is null ? "" : schedule.Cron ?? $"every {Duration(schedule.Every ?? default)}",
            Timezone = schedule?.Timezone ?? "",
            Paused = pipeline.SchedulePaused,
            SwitchedBy = pipeline.ScheduleSwitchedBy ?? "",
            SwitchReason = pipeline.ScheduleSwitchReason ?? "",
            Switched = JobMessages.Time(pipeline.ScheduleSwitched),
            NextRun = pipeline.Deleted is null ? JobMessages.Time(pipeline.NextRun(now).Due) : null,
        };
    }

    static string Duration(TimeSpan time)
    {
        var unit = Array.Find(Units, unit => time.Ticks % unit.Length.Ticks == 0 && time > TimeSpan.Zero);
        return unit.Unit is null
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0}ms")
            : string.Create(CultureInfo.InvariantCulture, $"{time.Ticks / unit.Length.Ticks}{unit.Unit}");
    }
}
