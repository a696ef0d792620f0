namespace Headgate.JobCoordinator.Access.Idempotency;

sealed partial class IdempotentCallPurge
{
    [LoggerMessage(1, LogLevel.Warning, "Old idempotency keys could not be forgotten ({Error} {SqlState}); it is tried again")]
    partial void LogNotPurged(string error, string? sqlState);
}
