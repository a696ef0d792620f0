namespace Headgate.JobCoordinator.Access;

sealed partial class AccessInterceptor
{
    [LoggerMessage(1, LogLevel.Warning, "Whether {Method} may be called could not be found out ({Error} {SqlState})")]
    partial void LogDatabaseAway(string method, string error, string? sqlState);
}
