namespace Headgate.JobCoordinator.Access.Callers;

sealed partial class Authentication
{
    [LoggerMessage(1, LogLevel.Warning, "A secret does not fit key {Name}, which was made with another pepper than this coordinator has")]
    partial void LogOtherPepper(string name);
}
