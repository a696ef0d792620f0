using System.Globalization;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Pipelines;
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
        Schedule = Schedule(pipeline.Schedule),
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
        "Enabled" => [Operation.SyncNow, Operation.PausePipeline, Operation.ResyncPipeline, Operation.ApplyPipeline, Operation.DeletePipeline],
        "Paused" or "Failed" => [Operation.EnablePipeline, Operation.ApplyPipeline, Operation.DeletePipeline],
        _ => [Operation.ApplyPipeline],
    };

    // What the file says; where its switch stands and when the next run comes due is not known here.
    static V1.PipelineSchedule? Schedule(string? json)
    {
        if (json is null) return null;
        var schedule = JsonSerializer.Deserialize<ScheduleDefinition>(json, PipelineJson.Options)!;
        return new V1.PipelineSchedule { Expression = schedule.Cron ?? $"every {Duration(schedule.Every ?? default)}", Timezone = schedule.Timezone };
    }

    static string Duration(TimeSpan time)
    {
        var unit = Array.Find(Units, unit => time.Ticks % unit.Length.Ticks == 0 && time > TimeSpan.Zero);
        return unit.Unit is null
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0}ms")
            : string.Create(CultureInfo.InvariantCulture, $"{time.Ticks / unit.Length.Ticks}{unit.Unit}");
    }
}
