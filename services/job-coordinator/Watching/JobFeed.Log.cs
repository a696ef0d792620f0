namespace Headgate.JobCoordinator.Watching;

sealed partial class JobFeed
{
    [LoggerMessage(1, LogLevel.Warning, "Jobs cannot be looked at ({Error} {SqlState}); those who watch wait")]
    partial void LogLookFailed(string error, string? sqlState);
}
