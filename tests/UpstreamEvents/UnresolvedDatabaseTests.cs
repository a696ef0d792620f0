using Headgate.Contracts.Events;
using Headgate.Hosting.Bus;
using Headgate.Hosting.Configuration;
using Headgate.Scheduler;
using Headgate.Scheduler.Events.Receiving;
using Headgate.Scheduler.Rules;
using Headgate.Scheduler.State;
using Headgate.UpstreamEvents.Tests.Running;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.UpstreamEvents.Tests;

/// <summary>A database whose name cannot be resolved, as while its container is made anew.</summary>
public sealed class UnresolvedDatabaseTests
{
    [Theory]
    [InlineData("nowhere.invalid")]
    [InlineData("nowhere.invalid,neither.invalid")]
    public async Task Event_that_comes_meanwhile_is_kept_once_there_is_a_database(string hosts)
    {
        await using var database = await TestDatabase.CreateAsync("unresolved");
        await using var nowhere = new SchedulerState($"Host={hosts};Username=nobody;Database=none");
        var unresolved = 0;
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.AddScheduler(new ServiceSettings { State = database.ConnectionString, Staging = "" });
        builder.AddHeadgateBus(amqp: null, bus => bus.AddSchedulerConsumers());
        // Each try has one of its own, and the first two find nothing.
        builder.Services.AddTransient(services => new EventStore(
            Interlocked.Decrement(ref unresolved) >= 0 ? nowhere : services.GetRequiredService<SchedulerState>(),
            services.GetRequiredService<RulesTold>(), services.GetRequiredService<TimeProvider>()));
        using var host = builder.Build();
        await host.StartAsync();
        var bus = host.Services.GetRequiredService<IBus>();
        var received = new Received();
        bus.ConnectConsumeMessageObserver(received);
        Volatile.Write(ref unresolved, 2);

        await bus.Publish(new UpstreamEvent { Type = "Done", Subject = "s", Id = "e-1", Time = DateTimeOffset.UnixEpoch });

        Assert.Null(await received.End.WaitAsync(TimeSpan.FromMinutes(1)));
        var kept = await database.ScalarAsync<long>("select count(*) from scheduler.upstream_event where repeats = 0");
        Assert.Equal((-1, 1), (unresolved, kept));
        await host.StopAsync();
    }
}
