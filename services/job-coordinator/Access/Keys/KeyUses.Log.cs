namespace Headgate.JobCoordinator.Access.Keys;

sealed partial class KeyUses
{
    [LoggerMessage(1, LogLevel.Warning, "When keys were last used could not be written ({Error} {SqlState}); it is tried again")]
    partial void LogNotWritten(string error, string? sqlState);
}
