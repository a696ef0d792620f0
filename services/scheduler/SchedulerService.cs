using Headgate.Hosting.Bus;
using Headgate.Scheduler.Runs;
using MassTransit;

namespace Headgate.Scheduler;

/// <summary>The scheduler: where every run enters, whoever asked for it.</summary>
public static class SchedulerService
{
    public static void AddSchedulerConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<StartRunConsumer>();
        bus.AddLane(new Lane { Name = Lanes.Runs, Concurrency = 8, Configure = (context, lane) => lane.ConfigureConsumer<StartRunConsumer>(context) });
    }
}
