using Headgate.Contracts.Guards;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;

namespace Headgate.Notifier.Tests.Running;

/// <summary>Events as the coordinator publishes them.</summary>
static class Events
{
    public static readonly DateTimeOffset At = new(2026, 3, 1, 16, 51, 0, TimeSpan.Zero);

    public static readonly NotifyDefinition Mail = new() { Email = "ops@example.com" };

    public static ExtractionCanceled Canceled(Guid job, NotifyDefinition? notify = null, string? reason = "wrong mapping", string actor = "ann") => new()
    {
        JobId = job,
        Project = "sales",
        Pipeline = "crm",
        At = At,
        Attempt = 1,
        Actor = actor,
        Reason = reason,
        Counts = new RecordCounts { Extracted = 80_000 },
        Notify = notify ?? Mail,
    };

    public static JobFailed Failed(Guid job, NotifyDefinition? notify = null, int minute = 0) => new()
    {
        JobId = job,
        Project = "sales",
        Pipeline = "crm",
        At = At.AddMinutes(minute),
        Attempt = 1,
        RequestId = new Guid("00000000-0000-0000-0000-000000000042"),
        Error = "Object public.contacts: the server's disk is full.",
        Counts = new RecordCounts { Extracted = 80_000, Written = 8_400, Inserted = 8_400 },
        Notify = notify ?? Mail,
    };

    public static JobDeadlinePassed Late(
        Guid job, NotifyDefinition? notify = null, bool escalated = false, string state = "Pausing", bool force = false) => new()
        {
            JobId = job,
            Project = "sales",
            Pipeline = "crm",
            At = At,
            Attempt = 1,
            State = state,
            Deadline = At,
            Waiting = "a batch of object public.contacts",
            Escalated = escalated,
            Force = force,
            Actor = "ann",
            Reason = "wrong mapping",
            Counts = new RecordCounts { Extracted = 80_000, Written = 8_400, Inserted = 8_400 },
            Notify = notify ?? Mail,
        };

    public static GuardTripped Tripped(Guid job, GuardAction action = GuardAction.Hold, Guid? requestId = null, NotifyDefinition? notify = null, GuardAction? jobAction = null, string? state = null) => new()
    {
        JobId = job,
        Project = "sales",
        Pipeline = "crm",
        PipelineId = Guid.Empty,
        At = At,
        Attempt = 1,
        RequestId = requestId,
        Kind = JobKind.Incremental,
        Trigger = TriggerKind.Schedule,
        Guard = Guard.Canary,
        Action = action,
        JobAction = jobAction,
        State = state,
        Measure = "nullShare",
        Observed = 0.9,
        Allowed = 0.05,
        Object = "public.contacts",
        Field = "email",
        Sentence = "90 % of the values of email in a sample of public.contacts would become null.",
        RecommendedMode = CancelMode.Force,
        RecommendedWhy = "Every further write destroys something.",
        Counts = new RecordCounts { Extracted = 80_000 },
        Notify = notify ?? Mail,
    };

    public static StopUnconfirmed Unconfirmed(Guid job, NotifyDefinition? notify = null) => new()
    {
        JobId = job,
        Project = "sales",
        Pipeline = "crm",
        At = At,
        Attempt = 1,
        State = "Canceling",
        Waiting = "The destination cannot be reached.",
        Actor = "ann",
        Counts = new RecordCounts(),
        Notify = notify ?? Mail,
    };
}
