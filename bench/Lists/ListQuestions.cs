using Google.Protobuf.WellKnownTypes;
using Headgate.V1;

namespace Headgate.Bench.Lists;

/// <summary>What a console asks for.</summary>
static class ListQuestions
{
    public static IReadOnlyList<(string Name, JobFilter Filter)> All(DateTimeOffset now, string request) =>
    [
        ("all", new JobFilter()),
        ("state Completed", new JobFilter { States = { JobState.Completed } }),
        ("state Discarded", new JobFilter { States = { JobState.Discarded } }),
        ("state Failed", new JobFilter { States = { JobState.Failed } }),
        ("active states", new JobFilter { States = { JobState.Pending, JobState.Initializing, JobState.Processing, JobState.Pausing, JobState.Paused, JobState.Canceling } }),
        ("kind Resync", new JobFilter { Kinds = { JobKind.Resync } }),
        ("kind Rollback (none)", new JobFilter { Kinds = { JobKind.Rollback } }),
        ("last 24 h", new JobFilter { CreatedSince = Timestamp.FromDateTimeOffset(now.AddDays(-1)) }),
        ("a day long ago, Canceled", Day(new JobFilter { States = { JobState.Canceled } }, now)),
        ("project", new JobFilter { Project = ListedState.Project }),
        ("project, Canceled and Failed", new JobFilter { Project = ListedState.Project, States = { JobState.Canceled, JobState.Failed } }),
        ("project, kind Resync", new JobFilter { Project = ListedState.Project, Kinds = { JobKind.Resync } }),
        ("project, a day long ago", Day(new JobFilter { Project = ListedState.Project }, now)),
        ("pipeline", new JobFilter { Project = ListedState.Project, Pipeline = ListedState.Pipeline }),
        ("pipeline, Discarded", new JobFilter { Project = ListedState.Project, Pipeline = ListedState.Pipeline, States = { JobState.Discarded } }),
        ("pipeline, kind Rollback (none)", new JobFilter { Project = ListedState.Project, Pipeline = ListedState.Pipeline, Kinds = { JobKind.Rollback } }),
        ("small pipeline", new JobFilter { Project = "listed-8", Pipeline = "listed-8" }),
        ("Request ID", new JobFilter { RequestId = request }),
    ];

    static JobFilter Day(JobFilter filter, DateTimeOffset now)
    {
        filter.CreatedSince = Timestamp.FromDateTimeOffset(now.AddDays(-201));
        filter.CreatedUntil = Timestamp.FromDateTimeOffset(now.AddDays(-200));
        return filter;
    }
}
