using System.Text.Json;
using Headgate.Contracts.Runs;
using Headgate.Contracts.Starts;
using Headgate.Scheduler.State;

namespace Headgate.Scheduler.Schedules;

/// <summary>What tells the coordinator of something that has come due: a run, or a record of those that were missed.</summary>
/// <param name="Id">The run's, or the record's.</param>
/// <param name="PipelineId">Whose it is.</param>
/// <param name="Run">Null: it is a record.</param>
/// <param name="Record">Null: it is a run.</param>
sealed record DueMessage(Guid Id, Guid PipelineId, StartJob? Run, RecordMissedRuns? Record)
{
    public DueMessage(StartJob run)
        : this(run.RunId, run.PipelineId!.Value, run, null)
    {
    }

    public DueMessage(RecordMissedRuns record)
        : this(record.RecordId, record.PipelineId, null, record)
    {
    }

    public string ToJson() => Run is null ? JsonSerializer.Serialize(Record, SchedulerJson.Options) : JsonSerializer.Serialize(Run, SchedulerJson.Options);

    public static DueMessage Parse(string json, bool isRecord) => isRecord
        ? new DueMessage(JsonSerializer.Deserialize<RecordMissedRuns>(json, SchedulerJson.Options)!)
        : new DueMessage(JsonSerializer.Deserialize<StartJob>(json, SchedulerJson.Options)!);
}
