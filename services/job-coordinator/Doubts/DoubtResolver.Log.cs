namespace Headgate.JobCoordinator.Doubts;

sealed partial class DoubtResolver
{
    [LoggerMessage(1, LogLevel.Information, "Job {JobId}: its destination was asked what became of records in doubt; {Open} are still open")]
    partial void LogAsked(Guid jobId, long open);

    [LoggerMessage(2, LogLevel.Warning, "Job {JobId}: its destination could not be asked what became of records in doubt, and is asked again: {Why}")]
    partial void LogNotAsked(Guid jobId, string why);

    [LoggerMessage(3, LogLevel.Warning, "Jobs with records in doubt could not be looked for: {Error} {SqlState}")]
    partial void LogTickFailed(string error, string? sqlState);

    [LoggerMessage(4, LogLevel.Error, "Job {JobId}: its records in doubt could not be resolved ({Error} {SqlState}), and are asked for again later")]
    partial void LogBroken(Guid jobId, string error, string? sqlState);
}
