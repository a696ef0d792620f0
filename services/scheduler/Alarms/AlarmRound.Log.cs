namespace Headgate.Scheduler.Alarms;

sealed partial class AlarmRound
{
    [LoggerMessage(1, LogLevel.Warning, "Alarm {Alarm} could not fire what has come due ({Error}: {Message}); it is tried again in 5 s")]
    partial void LogFailed(int alarm, string error, string message);
}
