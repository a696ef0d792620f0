namespace Headgate.JobCoordinator.Access.Tokens;

sealed partial class TokenCallers
{
    [LoggerMessage(1, LogLevel.Warning, "The identity provider cannot be reached ({Error}); tokens cannot be checked")]
    partial void LogProviderAway(string error);
}
