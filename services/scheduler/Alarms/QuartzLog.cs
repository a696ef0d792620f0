using Quartz.Logging;
using Level = Quartz.Logging.LogLevel;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Headgate.Scheduler.Alarms;

/// <summary>What Quartz has to say, in the log of the service: its database is away, an instance was taken for dead.</summary>
sealed class QuartzLog(ILoggerFactory loggers) : ILogProvider
{
    public Logger GetLogger(string name)
    {
        var log = loggers.CreateLogger("Quartz");
        return (level, message, error, values) =>
        {
            // It says much of what goes well.
            if (level < Level.Warn) return false;
            if (message is null) return true;
            var text = values is { Length: > 0 } ? $"{message()} ({string.Join(", ", values)})" : message();
            log.Log(level == Level.Warn ? LogLevel.Warning : LogLevel.Error, default, text, error, (said, _) => said);
            return true;
        };
    }

    public IDisposable OpenNestedContext(string message) => Nothing.Instance;

    public IDisposable OpenMappedContext(string key, object value, bool destructure = false) => Nothing.Instance;

    sealed class Nothing : IDisposable
    {
        public static readonly Nothing Instance = new();

        public void Dispose()
        {
        }
    }
}
