using System.Globalization;

namespace Headgate.Notifier.Notices;

/// <summary>What is said of a notice, whichever way it is sent.</summary>
static class NoticeText
{
    public static string Subject(Notice notice) => $"[Headgate] {notice.Project}/{notice.Pipeline}: " + notice.Kind switch
    {
        NoticeKind.ExtractionCanceled => "canceled before launch",
        NoticeKind.JobFailed => "failed",
        NoticeKind.StopUnconfirmed => "stop unconfirmed",
        NoticeKind.GuardTripped => $"guard {notice.Guard} ({notice.Action})",
        _ => $"{notice.State} for too long",
    };

    /// <summary>What happened, and what that means, in a sentence or two.</summary>
    public static string Sentence(Notice notice) => notice.Kind switch
    {
        NoticeKind.ExtractionCanceled => "The job was canceled before it was launched: no record of it has reached the destination, and none will.",
        NoticeKind.JobFailed => "The job has failed and is stopped: nothing of it is being written any more, and what was written stays.",
        NoticeKind.StopUnconfirmed =>
            "The job is being stopped, and the destination cannot be reached to confirm it. It is tried on, and the stop is confirmed by itself "
            + "once the destination can be reached again. Until then a write that was under way there may still come to its end.",
        NoticeKind.GuardTripped => $"{notice.Observed} {Done(notice)}",
        _ when notice.Escalated => $"The job was to have left {notice.State} by now, and goes on by force, as its pipeline says.",
        _ when notice.State is not ("Pausing" or "Canceling") => "Nothing of the job has moved for longer than it may. It goes on as soon as it can.",
        _ when notice.Force =>
            $"The job was to have left {notice.State} by now, and is being stopped by force already: there is nothing stronger. It is tried "
            + "on, and the stop is confirmed by itself once what it waits for is over (docs/stopping.md, \"When a stop takes long\").",
        _ => $"The job was to have left {notice.State} by now.",
    };

    /// <summary>What is known, by name.</summary>
    public static IEnumerable<(string Name, string Value)> Facts(Notice notice)
    {
        yield return ("Pipeline", $"{notice.Project}/{notice.Pipeline}");
        yield return ("Job", $"{notice.JobId}" + (notice.Attempt > 1 ? $", attempt {notice.Attempt}" : ""));
        yield return ("Request ID", notice.RequestId?.ToString() ?? "none: the job was never launched");
        yield return ("When", Time(notice.At));
        if (notice.Deadline is { } deadline) yield return ("Deadline", Time(deadline));
        if (notice.Error is { } error) yield return ("Error", error);
        if (notice.Guard is { } guard) yield return ("Guard", $"{guard}, action {notice.Action}");
        if (notice.Advice is { } advice) yield return ("Cancel", advice);
        if (notice.Waiting is { } waiting) yield return ("Waiting for", waiting);
        if (notice.Kind != NoticeKind.JobFailed && (notice.Actor ?? notice.Reason) is not null)
        {
            yield return ("Who", notice.Actor ?? "not said");
            yield return ("Why", notice.Reason ?? $"not said yet; what is said afterwards: headgate jobs show {notice.JobId}");
        }

        yield return ("Records", Counts(notice));
    }

    /// <summary>What to type next, and what it does.</summary>
    public static IEnumerable<(string Command, string Effect)> Next(Notice notice)
    {
        var job = notice.JobId;
        (string, string)[] next = notice.Kind switch
        {
            NoticeKind.ExtractionCanceled => [($"headgate sync {notice.Project}/{notice.Pipeline}", "runs the pipeline now")],
            NoticeKind.JobFailed =>
            [
                ($"headgate resume {job}", "goes on where it stopped, once the cause is mended"),
                ($"headgate restart {job}", "begins anew, as a new attempt; what was written stays"),
                ($"headgate discard {job}", "ends it for good"),
            ],
            NoticeKind.GuardTripped when notice.JobAction is "hold" or "pause" =>
            [
                ($"headgate resume {job} --pass-guards --reason WHY", "lets it pass the guard, for this attempt"),
                ($"headgate cancel {job}", "ends it; " + (notice.RequestId is null ? "nothing was written" : "what was written stays")),
            ],
            NoticeKind.GuardTripped when notice.JobAction == "notify" =>
                [($"headgate cancel {(notice.Force ? "--force " : "")}{job}", notice.Force ? "stops it now: batches in flight are rolled back" : "pauses it and asks")],
            NoticeKind.GuardTripped => [],
            // What pauses can be given up on once it is canceled.
            NoticeKind.StopUnconfirmed when notice.State == "Pausing" =>
                [($"headgate cancel --force {job}", "makes a cancel of it, which an ADMIN can give up on; mend the way to the destination first, if you can")],
            NoticeKind.StopUnconfirmed => [($"headgate abandon {job}", "gives up on it, unconfirmed (ADMIN); mend the way to the destination first, if you can")],
            _ when notice.Escalated || notice.State is not ("Pausing" or "Canceling") => [],
            // What pauses cannot be given up on: it has to be waited for, or canceled.
            _ when notice.Force && notice.State == "Pausing" => [],
            _ when notice.Force => [($"headgate abandon {job}", "gives up on it, unconfirmed (ADMIN); first end what it waits for")],
            _ => [($"headgate cancel --force {job}", "stops it now: batches in flight are rolled back")],
        };
        return [($"headgate watch {job}", "shows how it stands"), .. next];
    }

    // An attempt before it may have been launched.
    static string Done(Notice notice) => (notice.JobAction, notice.IsBeforeLaunch) switch
    {
        ("notify", _) => "The job goes on.",
        ("hold" or "pause", true) =>
            $"The job is held before launch: nothing {(notice.RequestId is null ? "" : "of this attempt ")}was written. It waits for somebody.",
        ("hold" or "pause", _) => "The job is being paused, and waits for somebody.",
        ("force", false) => "The job is being canceled by force.",
        _ => "The job is being canceled.",
    };

    static string Counts(Notice notice) => string.Create(
        CultureInfo.InvariantCulture,
        $"{notice.Counts.Extracted:N0} extracted, {notice.Counts.Written:N0} written ({notice.Counts.Inserted:N0} inserted, "
        + $"{notice.Counts.Updated:N0} updated, {notice.Counts.Unchanged:N0} unchanged, {notice.Counts.Rejected:N0} rejected"
        + $"{(notice.Counts.Deleted > 0 ? $", {notice.Counts.Deleted.ToString("N0", CultureInfo.InvariantCulture)} deleted" : "")})");

    static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
