using Headgate.Hosting.Bus;
using Headgate.Hosting.Configuration;
using Headgate.Hosting.State;
using Headgate.Scheduler.State;
using Headgate.Tests.Servers;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.Scheduler.Tests.Running;

/// <summary>The whole service, as it is composed, on a real database, with a coordinator that a test speaks for.</summary>
sealed class RunningScheduler : IAsyncDisposable
{
    readonly IHost _host;

    RunningScheduler(IHost host, StandInCoordinator coordinator) => (_host, Coordinator) = (host, coordinator);

    public StandInCoordinator Coordinator { get; }

    public IBus Bus => _host.Services.GetRequiredService<IBus>();

    public IEnumerable<IHostedService> Upkeep => _host.Services.GetServices<IHostedService>();

    /// <summary>A database with the schema, of which there may be something to be found when the service starts.</summary>
    public static async Task<TestDatabase> PrepareAsync()
    {
        var database = await TestDatabase.CreateAsync("scheduler");
        await using var state = new SchedulerState(database.ConnectionString);
        await new SchedulerMigration(state, new DatabaseClock()).StartAsync(default);
        return database;
    }

    public static async Task<RunningScheduler> StartAsync(TestDatabase database)
    {
        var coordinator = new StandInCoordinator();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        // MassTransit keeps the loggers of a process's first bus for those that follow; of a host they would be gone with it.
        builder.Services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        builder.AddScheduler(new ServiceSettings { State = database.ConnectionString, Staging = "" });
        builder.AddHeadgateBus(amqp: null, bus =>
        {
            bus.AddSchedulerConsumers();
            coordinator.AddLanes(bus);
        });
        builder.AddSchedulerAlarms();
        var host = builder.Build();
        await host.StartAsync();
        return new RunningScheduler(host, coordinator);
    }

    public async ValueTask DisposeAsync()
    {
        Coordinator.Dispose();
        await _host.StopAsync();
        _host.Dispose();
    }
}
