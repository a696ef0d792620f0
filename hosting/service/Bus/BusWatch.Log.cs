using Microsoft.Extensions.Logging;

namespace Headgate.Hosting.Bus;

sealed partial class BusWatch
{
    [LoggerMessage(LogLevel.Critical, "The bus does not come back though its broker can be reached; the process ends to be started again ({Health})")]
    partial void LogEnding(string health);
}
