using Headgate.Hosting.Bus;
using Headgate.Hosting.Configuration;
using Headgate.IngestWorker;
using Headgate.JobCoordinator;
using Headgate.Notifier;
using Headgate.Scheduler;

namespace Headgate.Standalone;

/// <summary>All services in one process, on the in-memory transport.</summary>
static class EmbeddedServices
{
    public static IHost Build(string state, string staging)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddFilter(level => level >= LogLevel.Warning).AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        var settings = new ServiceSettings { State = state, Staging = staging };
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddScheduler(settings);
        builder.AddJobCoordinator(settings);
        builder.AddIngestWorker(settings);
        builder.AddNotifier(settings);
        builder.AddHeadgateBus(amqp: null, bus =>
        {
            bus.AddSchedulerConsumers();
            bus.AddJobCoordinatorConsumers();
            bus.AddIngestWorkerConsumers();
            bus.AddNotifierConsumers();
        });
        builder.AddSchedulerAlarms();
        builder.AddJobCoordinatorUpkeep();
        builder.AddNotifierSending();
        return builder.Build();
    }
}
