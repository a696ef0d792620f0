using Google.Protobuf.WellKnownTypes;
using Headgate.V1;

namespace Headgate.Cli.Tests.Running;

static class Examples
{
    public const string JobId = "0197a1b2-0000-7000-8000-000000000001";
    public const string RequestId = "0197a1b2-0000-7000-8000-0000000000aa";
    public const string PipelineId = "0197a1b2-0000-7000-8000-0000000000bb";

    public static Job Job(JobState state, Action<Job>? configure = null)
    {
        var job = new Job
        {
            Id = JobId,
            Project = "crm",
            Pipeline = "contacts",
            PipelineId = PipelineId,
            PipelineVersion = 2,
            Kind = JobKind.Incremental,
            State = state,
            RequestId = RequestId,
            Attempt = 1,
            Percent = 10.5,
            Counts = new RecordCounts { SourceEstimate = 79_000, Extracted = 80_000, Written = 8_400 },
            Created = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 1, 31, 16, 47, 0, TimeSpan.Zero)),
        };
        configure?.Invoke(job);
        return job;
    }

    public static Pipeline Pipeline(Action<PipelineSchedule>? schedule = null)
    {
        var pipeline = new Pipeline
        {
            Id = PipelineId,
            Project = "crm",
            Name = "contacts",
            State = PipelineState.Enabled,
            Version = 2,
            Schedule = new PipelineSchedule { Expression = "0 17 * * *", Timezone = "UTC" },
        };
        schedule?.Invoke(pipeline.Schedule);
        return pipeline;
    }
}
