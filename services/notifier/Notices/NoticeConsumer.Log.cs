namespace Headgate.Notifier.Notices;

sealed partial class NoticeConsumer
{
    [LoggerMessage(1, LogLevel.Information, "Job {JobId} of {Project}/{Pipeline} was canceled before launch by {Actor}")]
    partial void LogExtractionCanceled(Guid jobId, string project, string pipeline, string? actor);

    [LoggerMessage(2, LogLevel.Warning, "Job {JobId} of {Project}/{Pipeline} has failed: {Error}")]
    partial void LogJobFailed(Guid jobId, string project, string pipeline, string error);
}
