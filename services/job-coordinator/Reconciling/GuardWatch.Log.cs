namespace Headgate.JobCoordinator.Reconciling;

sealed partial class GuardWatch
{
    [LoggerMessage(1, LogLevel.Warning, "The watch of guards could not look ({Error} {SqlState}); it looks again")]
    partial void LogTickFailed(string error, string? sqlState);
}
