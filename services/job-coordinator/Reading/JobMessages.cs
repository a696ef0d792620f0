using Google.Protobuf.WellKnownTypes;
using Headgate.JobCoordinator.Jobs;
using Enum = System.Enum;

namespace Headgate.JobCoordinator.Reading;

/// <summary>Jobs as the calls show them.</summary>
static class JobMessages
{
    /// <summary>All but its objects.</summary>
    /// <param name="job">The job.</param>
    /// <param name="now">By the database's clock: whether a stop is late.</param>
    public static V1.Job Of(JobRow job, DateTimeOffset now)
    {
        var message = new V1.Job
        {
            Id = job.Id.ToString(),
            Project = job.Project,
            Pipeline = job.Pipeline,
            PipelineId = job.PipelineId.ToString(),
            PipelineVersion = job.PipelineVersion,
            Kind = Enum.Parse<V1.JobKind>(job.Kind.ToString()),
            State = Enum.Parse<V1.JobState>(job.State),
            RequestId = job.RequestId?.ToString() ?? "",
            Attempt = job.Attempt,
            Epoch = job.Epoch,
            Trigger = Trigger(job.Trigger.ToString(), job.TriggerDetail, job.Actor, job.TriggerReason),
            Counts = Counts(job),
            MaxRowsPerSecond = job.MaxRowsPerSecond ?? 0,
            WaitingFor = job.WaitingFor ?? "",
            OfJobId = job.OfJobId?.ToString() ?? "",
            MissingAtSource = job.Missing,
            SuccessorId = job.SuccessorId?.ToString() ?? "",
            Created = Timestamp.FromDateTimeOffset(job.Created),
            Started = Time(job.Started),
            Launched = Time(job.Launched),
            Finished = Time(job.Finished),
            Deleted = Time(job.Deleted),
            Stop = StopMessages.Of(job),
            RecommendedCancel = StopMessages.Recommended(job, now),
            Error = job.Error is null ? null : new V1.Problem { Code = job.ErrorCode ?? "", Sentence = job.Error },
            Guards = { job.GuardTrips.Select(trip => GuardMessages.Of(job, trip)) },
            Accepts = { CommandTable.Accepts(job.State, job.Intent, job.Mode, job.Deleted is not null) },
        };
        if (JobPercent.Of(job) is { } percent) message.Percent = percent;
        return message;
    }

    /// <summary>What started a run.</summary>
    public static V1.Trigger Trigger(string kind, string? detail, string actor, string? reason) =>
        new() { Kind = Enum.Parse<V1.TriggerKind>(kind), Detail = detail ?? "", Actor = actor, Reason = reason ?? "" };

    /// <summary>A time that may not have come.</summary>
    public static Timestamp? Time(DateTimeOffset? time) => time is { } at ? Timestamp.FromDateTimeOffset(at) : null;

    static V1.RecordCounts Counts(JobRow job)
    {
        var counts = new V1.RecordCounts
        {
            Extracted = job.Counts.Extracted,
            Written = job.Counts.Written,
            Inserted = job.Counts.Inserted,
            Updated = job.Counts.Updated,
            Unchanged = job.Counts.Unchanged,
            Rejected = job.Counts.Rejected,
            Deleted = job.Counts.Deleted,
            Vanished = job.Counts.Vanished,
            InDoubt = job.Counts.InDoubt,
        };
        if (job.Estimated is { } estimated) counts.SourceEstimate = estimated;
        return counts;
    }
}
