namespace Headgate.JobCoordinator.Obligations;

sealed partial class ObligationRelay
{
    [LoggerMessage(1, LogLevel.Warning, "The state database is away ({Error} {SqlState}); obligations wait")]
    partial void LogDatabaseAway(string error, string? sqlState);

    [LoggerMessage(2, LogLevel.Warning, "{Message} of {About} could not be sent ({Error}); it is tried again")]
    partial void LogNotSent(string message, Guid about, string error);
}
