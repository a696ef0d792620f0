using Headgate.Notifier.Notices;
using Headgate.Notifier.Outbox;

namespace Headgate.Notifier.Sending;

sealed partial class OutboxSender
{
    [LoggerMessage(1, LogLevel.Warning, "The state database is away ({Error} {SqlState}); notices wait")]
    partial void LogDatabaseAway(string error, string? sqlState);

    [LoggerMessage(2, LogLevel.Information, "{Channel} {NoticeId} ({Kind}) of job {JobId} was sent")]
    partial void LogSent(Channel channel, Guid noticeId, NoticeKind kind, Guid jobId);

    [LoggerMessage(3, LogLevel.Warning, "{Channel} {NoticeId} of job {JobId} was not taken; it is tried again in {Delay}: {Error}")]
    partial void LogLater(Channel channel, Guid noticeId, Guid jobId, TimeSpan delay, string error);

    [LoggerMessage(4, LogLevel.Error, "{Channel} {NoticeId} of job {JobId} was refused and is given up: {Error}")]
    partial void LogRefused(Channel channel, Guid noticeId, Guid jobId, string error);

    [LoggerMessage(5, LogLevel.Warning, "{Channel} cannot be sent, and waits; it is tried again in {Delay}: {Error}")]
    partial void LogAway(Channel channel, TimeSpan delay, string error);

    [LoggerMessage(6, LogLevel.Error, "{Channel} {NoticeId} could not be sent for too long and is given up")]
    partial void LogExpired(Channel channel, Guid noticeId);

    [LoggerMessage(7, LogLevel.Warning, "{Waiting} of {Channel} wait, and cannot be sent: {Missing} is not set")]
    partial void LogMissing(Channel channel, long waiting, string missing);

    [LoggerMessage(8, LogLevel.Error, "{Channel} {NoticeId} is given up, row {Row} of the outbox: {Error}")]
    partial void LogUnreadable(Channel channel, Guid noticeId, long row, string error);
}
