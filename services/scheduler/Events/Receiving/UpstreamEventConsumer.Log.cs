namespace Headgate.Scheduler.Events.Receiving;

sealed partial class UpstreamEventConsumer
{
    [LoggerMessage(LogLevel.Warning, "An event of id {Id} came that is another one than the first of that id, and was dropped as its repeat")]
    partial void LogConflict(string id);

    [LoggerMessage(LogLevel.Warning, "Runs of the event of id {Id} could not be asked for ({Error}); they wait until they can")]
    partial void LogNotAsked(string id, string error);
}
