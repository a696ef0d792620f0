using Google.Protobuf.WellKnownTypes;
using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Jobs;
using Enum = System.Enum;

namespace Headgate.JobCoordinator.Reading;

/// <summary>A job's last stop, and which cancel to use.</summary>
static class StopMessages
{
    /// <summary>Null: never stopped, or gone on since.</summary>
    public static V1.Stop? Of(JobRow job) => job is not { StopRequested: { } requested, Intent: { } intent } ? null : new V1.Stop
    {
        Kind = intent != StopIntent.Cancel ? V1.StopKind.Unspecified : job.RequestId is null ? V1.StopKind.Extraction : V1.StopKind.Launched,
        Mode = job.Mode == CancelMode.Force ? V1.CancelMode.Force : V1.CancelMode.Graceful,
        Actor = job.StopActor ?? "",
        Reason = job.StopReason ?? "",
        Requested = Timestamp.FromDateTimeOffset(requested),
        Confirmed = JobMessages.Time(Confirmed(job)),
        ConfirmedBy = ConfirmedBy(job),
        Cause = Cause(job, intent),
        Intent = Enum.Parse<V1.StopIntent>(intent.ToString()),
        Epoch = job.Epoch,
        Deadline = JobMessages.Time(Deadline(job)),
    };

    /// <summary>Null in final states. By the last guard that has tripped; force at any rate where what is in flight does not come to its end.</summary>
    public static V1.RecommendedCancel? Recommended(JobRow job, DateTimeOffset now)
    {
        if (job.Finished is not null) return null;
        var isLate = IsBeingStopped(job) && Deadline(job) < now;
        if (isLate) return Message(CancelAdvice.Of(CancelCause.StopLate), job.WaitingFor);
        return job.GuardCause is { } cause ? Recommended(job, cause) : Message(CancelAdvice.Of(CancelCause.Unknown), detail: null);
    }

    /// <summary>The same of what a guard says of the cause.</summary>
    public static V1.RecommendedCancel Recommended(JobRow job, CancelCause cause) =>
        Message(CancelAdvice.Of(cause, job.State, job.ResumeTo, job.RequestId is not null), detail: null);

    static V1.RecommendedCancel Message(CancelAdvice advice, string? detail) =>
        new() { Mode = Enum.Parse<V1.CancelMode>($"{advice.Mode}"), Why = advice.Sentence(detail) };

    // A failure that nothing is in flight at is confirmed with what it was found by.
    static DateTimeOffset? Confirmed(JobRow job) => job.StopUnconfirmed ? null : job.StopConfirmed ?? (IsBeingStopped(job) ? null : job.StopRequested);

    // Without a Request ID the fence was never opened, whatever was done to it in the name of the stop.
    static V1.StopConfirmation ConfirmedBy(JobRow job) => job switch
    {
        { StopUnconfirmed: true } => V1.StopConfirmation.Abandoned,
        _ when Confirmed(job) is null => V1.StopConfirmation.Unspecified,
        { RequestId: null } => V1.StopConfirmation.NeverOpened,
        _ => V1.StopConfirmation.Fence,
    };

    // Before causes were recorded: whoever discards a job says how; a run that takes its place does not.
    static V1.StopCause Cause(JobRow job, StopIntent intent) => (job.StopCause, intent) switch
    {
        ({ } cause, _) => Enum.Parse<V1.StopCause>($"{cause}"),
        (null, StopIntent.Fail) => V1.StopCause.Error,
        (null, StopIntent.Discard) when job.Mode is null => V1.StopCause.Superseded,
        _ => V1.StopCause.Command,
    };

    static DateTimeOffset? Deadline(JobRow job)
    {
        var isAtOnce = job.StoppedAtOnce || (Confirmed(job) is { } confirmed && confirmed == job.StopRequested);
        return isAtOnce ? null : job.StopRequested + job.DrainDeadline;
    }

    static bool IsBeingStopped(JobRow job) => job.State is nameof(SyncJobStateMachine.Pausing) or nameof(SyncJobStateMachine.Canceling);
}
