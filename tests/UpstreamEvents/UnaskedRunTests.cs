using Headgate.Contracts.Events;
using Headgate.Contracts.Runs;
using Headgate.Hosting.Bus;
using Headgate.Hosting.Configuration;
using Headgate.Scheduler;
using Headgate.UpstreamEvents.Tests.Running;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.UpstreamEvents.Tests;

/// <summary>An event that is written down while nothing can be sent.</summary>
public sealed class UnaskedRunTests
{
    [Fact]
    public async Task Event_whose_run_cannot_be_asked_for_is_received_all_the_same_and_its_run_waits()
    {
        await using var database = await TestDatabase.CreateAsync("unasked");
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.AddScheduler(new ServiceSettings { State = database.ConnectionString, Staging = "" });
        builder.AddHeadgateBus(amqp: null, bus => bus.AddSchedulerConsumers());
        using var host = builder.Build();
        await host.StartAsync();
        await EventBench.BindAsync(database, ("Done", null));
        var bus = host.Services.GetRequiredService<IBus>();
        var received = new Received();
        bus.ConnectConsumeMessageObserver(received);
        bus.ConnectSendObserver(new BrokenWay());

        await bus.Publish(new UpstreamEvent { Type = "Done", Subject = "s", Id = "e-1", Time = DateTimeOffset.UnixEpoch });

        // Done with: it is neither tried again nor put aside.
        Assert.Null(await received.End.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal((1, 1), (
            await database.ScalarAsync<long>("select count(*) from scheduler.event_run"),
            await database.ScalarAsync<long>("select count(*) from scheduler.event_run where answered_at is null and tries = 0")));
        await host.StopAsync();
    }

    /// <summary>Lets no run through to the coordinator.</summary>
    sealed class BrokenWay : ISendObserver
    {
        public Task PreSend<T>(SendContext<T> context)
            where T : class => context.Message is StartJob ? throw new MassTransitException("The broker is away.") : Task.CompletedTask;

        public Task PostSend<T>(SendContext<T> context)
            where T : class => Task.CompletedTask;

        public Task SendFault<T>(SendContext<T> context, Exception exception)
            where T : class => Task.CompletedTask;
    }
}
