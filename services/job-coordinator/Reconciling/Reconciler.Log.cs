namespace Headgate.JobCoordinator.Reconciling;

sealed partial class Reconciler
{
    [LoggerMessage(1, LogLevel.Information, "Job {JobId} has waited too long in {State} ({Phase}): asking it to send again")]
    partial void LogSendingAgain(Guid jobId, string state, string phase);

    [LoggerMessage(2, LogLevel.Warning, "The reconciler could not look ({Error} {SqlState}); it looks again")]
    partial void LogTickFailed(string error, string? sqlState);
}
