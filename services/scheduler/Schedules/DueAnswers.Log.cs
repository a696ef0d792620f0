namespace Headgate.Scheduler.Schedules;

sealed partial class DueAnswers
{
    [LoggerMessage(1, LogLevel.Warning, "The coordinator could not be asked which runs have reached it ({Error}); it is asked again")]
    partial void LogNotAnswered(string error);

    [LoggerMessage(2, LogLevel.Warning, "{Count} runs or records of missed ones have not reached the coordinator, and are sent again")]
    partial void LogSentAgain(int count);

    [LoggerMessage(
        3, LogLevel.Error, "The coordinator has not taken {Count} runs or records of missed ones however often, as it may not have their pipelines: given up")]
    partial void LogGivenUp(int count);
}
