using Headgate.Hosting.Bus;
using Headgate.Scheduler.Events.Listing;
using Headgate.Scheduler.Events.Receiving;
using Headgate.Scheduler.Events.Runs;
using Headgate.Scheduler.Events.Upkeep;
using MassTransit;
using Npgsql;

namespace Headgate.Scheduler.Events;

/// <summary>Upstream events: how they come in, start runs, and are shown.</summary>
static class EventRegistration
{
    // A database that restarts, or is failed over, is waited for: what comes to the error queue has to be moved back by hand.
    static readonly TimeSpan[] DatabaseWaits =
    [
        .. new[] { 50, 200, 1_000, 3_000 }.Select(milliseconds => TimeSpan.FromMilliseconds(milliseconds)),
        .. Enumerable.Repeat(TimeSpan.FromSeconds(10), 60),
    ];

    // A standby that a failover has made of it reads only; statements are canceled, and sessions that were frozen ended, while it is busy.
    static readonly string[] ForNow = [PostgresErrorCodes.ReadOnlySqlTransaction, PostgresErrorCodes.QueryCanceled, "25P03"];

    public static void AddUpstreamEvents(this IServiceCollection services)
    {
        services.AddSingleton<EventStore>();
        services.AddSingleton<EventRuns>();
        services.AddSingleton<EventQueries>();
    }

    /// <summary>What works on its own clock; registered after the bus, so that it starts after it and stops before it.</summary>
    public static void AddUpstreamEventUpkeep(this IServiceCollection services)
    {
        services.AddHostedService<OpenRuns>();
        services.AddHostedService<EventPurge>();
    }

    public static void AddUpstreamEventConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<UpstreamEventConsumer>();
        bus.AddConsumer<RunAnsweredConsumer>();
        bus.AddConsumer<EventQuestionConsumer>();
        bus.AddLane(new Lane
        {
            Name = Lanes.UpstreamEvents,
            Concurrency = 8,
            Events = [new UpstreamExchange()],
            Configure = (context, lane) =>
            {
                lane.AddDeserializer(EventDeserializer.Envelope);
                lane.AddDeserializer(EventDeserializer.Raw, isDefault: true);
                lane.UseMessageRetry(retry =>
                {
                    retry.Handle<NpgsqlException>(IsForNow);
                    retry.Intervals(DatabaseWaits);
                });
                lane.ConfigureConsumer<UpstreamEventConsumer>(context);
            },
        });
        bus.AddLane(new Lane
        {
            Name = Lanes.EventAnswers,
            Concurrency = 8,
            Configure = (context, lane) =>
            {
                lane.UseMessageRetry(retry => retry.Intervals(50, 200, 1000, 3000, 5000, 5000, 5000));
                lane.ConfigureConsumer<RunAnsweredConsumer>(context);
            },
        });
        bus.AddLane(new Lane
        {
            Name = Lanes.EventQuestions,
            Concurrency = 4,
            Configure = (context, lane) => lane.ConfigureConsumer<EventQuestionConsumer>(context),
        });
    }

    // What the database refuses for good it would refuse ten minutes later as well, and keep a place of the lane from others till then.
    // What is no answer of its own is trouble on the way to it, also where the driver does not say so: none of several hosts is there.
    static bool IsForNow(NpgsqlException error) => error is not PostgresException { IsTransient: false } || ForNow.Contains(error.SqlState);
}
