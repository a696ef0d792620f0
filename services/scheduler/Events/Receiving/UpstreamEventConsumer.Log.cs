namespace Headgate.Scheduler.Events.Receiving;

sealed partial class UpstreamEventConsumer
{
    [LoggerMessage(LogLevel.Warning, "An event of id {Id} came that is another one than the first of that id, and was dropped as its repeat")]
    partial void LogConflict(string id);
}
