namespace Headgate.JobCoordinator.Access.Audit;

sealed partial class AuditTrail
{
    [LoggerMessage(1, LogLevel.Error, "{Outcome} of {Method} could not be recorded ({Error} {SqlState}); the caller was told {Code}")]
    partial void LogNotWritten(string method, string outcome, string error, string? sqlState, string code);
}
