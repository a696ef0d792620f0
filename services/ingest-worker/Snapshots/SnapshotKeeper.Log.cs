namespace Headgate.IngestWorker.Snapshots;

sealed partial class SnapshotKeeper
{
    [LoggerMessage(LogLevel.Information, "Snapshot {Snapshot} of job {JobId} is held open")]
    partial void LogOpened(Guid snapshot, Guid jobId);

    [LoggerMessage(LogLevel.Warning,
        "The source's role does not see other roles' transactions (grant it pg_read_all_stats): job {JobId} has only cursorLag and cursorOverlap against late commits")]
    partial void LogHalfBlind(Guid jobId);

    [LoggerMessage(LogLevel.Information, "Snapshot {Snapshot} of job {JobId} is closed")]
    partial void LogClosed(Guid snapshot, Guid jobId);

    [LoggerMessage(LogLevel.Warning, "Snapshot {Snapshot} of job {JobId} is given up: {Why}")]
    partial void LogLost(Guid snapshot, Guid jobId, string why);

    [LoggerMessage(LogLevel.Warning, "The lease of snapshot {Snapshot} of job {JobId} was not renewed: {Error}")]
    partial void LogNotRenewed(Guid snapshot, Guid jobId, string error);
}
