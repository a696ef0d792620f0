using Headgate.Contracts.Guards;
using Headgate.Contracts.Jobs;

namespace Headgate.Notifier.Notices;

/// <summary>
/// Events as notices. A job is canceled once; it may fail, or be late, again after it was resumed, so the time of it, which is the same in
/// every delivery, is part of the notice's key.
/// </summary>
static class Noticed
{
    // A person may write a page of reasons; nobody reads it in a mail.
    const int LongestText = 2000;

    public static Notice Of(ExtractionCanceled canceled, Guid id) => new()
    {
        Id = id,
        Kind = NoticeKind.ExtractionCanceled,
        Key = $"{canceled.JobId:N}/extraction-canceled",
        JobId = canceled.JobId,
        Project = canceled.Project,
        Pipeline = canceled.Pipeline,
        At = canceled.At,
        Attempt = canceled.Attempt,
        RequestId = canceled.RequestId,
        Actor = Line(canceled.Actor),
        Reason = Line(canceled.Reason),
        Counts = canceled.Counts,
    };

    public static Notice Of(JobFailed failed, Guid id) => new()
    {
        Id = id,
        Kind = NoticeKind.JobFailed,
        Key = $"{failed.JobId:N}/failed/{failed.Attempt}/{failed.At.UtcTicks}",
        JobId = failed.JobId,
        Project = failed.Project,
        Pipeline = failed.Pipeline,
        At = failed.At,
        Attempt = failed.Attempt,
        RequestId = failed.RequestId,
        Error = Line(failed.Error),
        Counts = failed.Counts,
    };

    public static Notice Of(JobDeadlinePassed late, Guid id) => new()
    {
        Id = id,
        Kind = NoticeKind.DeadlinePassed,
        Key = $"{late.JobId:N}/deadline/{late.Attempt}/{late.State}/{late.Deadline.UtcTicks}",
        JobId = late.JobId,
        Project = late.Project,
        Pipeline = late.Pipeline,
        At = late.At,
        Attempt = late.Attempt,
        RequestId = late.RequestId,
        Actor = Line(late.Actor),
        Reason = Line(late.Reason),
        State = late.State,
        Deadline = late.Deadline,
        Waiting = Line(late.Waiting),
        Escalated = late.Escalated,
        Force = late.Force,
        Counts = late.Counts,
    };

    public static Notice Of(StopUnconfirmed stop, Guid id) => new()
    {
        Id = id,
        Kind = NoticeKind.StopUnconfirmed,
        Key = $"{stop.JobId:N}/unconfirmed/{stop.Attempt}/{stop.At.UtcTicks}",
        JobId = stop.JobId,
        Project = stop.Project,
        Pipeline = stop.Pipeline,
        At = stop.At,
        Attempt = stop.Attempt,
        RequestId = stop.RequestId,
        Actor = Line(stop.Actor),
        Reason = Line(stop.Reason),
        State = stop.State,
        Waiting = Line(stop.Waiting),
        Counts = stop.Counts,
    };

    public static Notice Of(GuardTripped tripped, Guid id)
    {
        var guard = Named(tripped.Guard.ToString());
        return new Notice
        {
            Id = id,
            Kind = NoticeKind.GuardTripped,
            Key = $"{tripped.JobId:N}/guard/{tripped.Attempt}/{tripped.Guard}/{tripped.Measure}/{tripped.At.UtcTicks}",
            JobId = tripped.JobId,
            Project = tripped.Project,
            Pipeline = tripped.Pipeline,
            At = tripped.At,
            Attempt = tripped.Attempt,
            RequestId = tripped.RequestId,
            Guard = tripped.Measure.Length == 0 ? guard : $"{guard}.{tripped.Measure}",
            Action = Named(tripped.Action.ToString()),
            JobAction = Named((tripped.JobAction ?? tripped.Action).ToString()),
            IsBeforeLaunch = tripped.State is { } state ? state == "Initializing" : tripped.RequestId is null,
            Observed = Line(tripped.Sentence),
            Advice = Line($"{Named(tripped.RecommendedMode.ToString())}: {tripped.RecommendedWhy}"),
            Force = tripped.RecommendedMode == CancelMode.Force,
            Counts = tripped.Counts,
        };
    }

    // As the pipeline file has it.
    static string Named(string name) => $"{char.ToLowerInvariant(name[0])}{name[1..]}";

    // One line without control characters: what a person wrote ends in headers and terminals. Nor half of a character at the end.
    static string? Line(string? text)
    {
        if (text is null) return null;
        var line = string.Concat(text.Take(LongestText).Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        if (line.Length == 0) return null;
        return text.Length <= LongestText ? line : $"{(char.IsHighSurrogate(line[^1]) ? line[..^1] : line)} ...";
    }
}
