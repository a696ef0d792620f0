namespace Headgate.Notifier.Notices;

/// <summary>What somebody is told of.</summary>
enum NoticeKind
{
    ExtractionCanceled,
    JobFailed,
    DeadlinePassed,
    StopUnconfirmed,
    GuardTripped,
}
