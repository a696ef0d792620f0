using Headgate.Contracts.Jobs;
using Headgate.Hosting.Bus;
using Headgate.Notifier.Notices;
using MassTransit;

namespace Headgate.Notifier;

/// <summary>The notifier: tells people what happened to their jobs.</summary>
public static class NotifierService
{
    public static void AddNotifierConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<NoticeConsumer>();
        bus.AddLane(new Lane
        {
            Name = Lanes.Notices,
            Concurrency = 4,
            Events = [new LaneEvent<ExtractionCanceled>(), new LaneEvent<JobFailed>()],
            Configure = (context, lane) => lane.ConfigureConsumer<NoticeConsumer>(context),
        });
    }
}
