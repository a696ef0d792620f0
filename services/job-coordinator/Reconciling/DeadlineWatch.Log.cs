namespace Headgate.JobCoordinator.Reconciling;

sealed partial class DeadlineWatch
{
    [LoggerMessage(1, LogLevel.Information, "The deadline of job {JobId} has passed: telling it")]
    partial void LogPassed(Guid jobId);

    [LoggerMessage(2, LogLevel.Warning, "The watch of deadlines could not look ({Error} {SqlState}); it looks again")]
    partial void LogTickFailed(string error, string? sqlState);
}
