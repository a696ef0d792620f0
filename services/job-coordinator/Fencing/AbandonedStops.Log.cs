namespace Headgate.JobCoordinator.Fencing;

sealed partial class AbandonedStops
{
    [LoggerMessage(1, LogLevel.Warning, "The fences of abandoned stops could not be asked for ({Error} {SqlState}); they are again")]
    partial void LogLookFailed(string error, string? sqlState);
}
