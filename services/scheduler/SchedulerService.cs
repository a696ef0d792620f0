using Headgate.Hosting.Bus;
using Headgate.Hosting.Configuration;
using Headgate.Hosting.Health;
using Headgate.Hosting.State;
using Headgate.Scheduler.Alarms;
using Headgate.Scheduler.Configuration;
using Headgate.Scheduler.Events;
using Headgate.Scheduler.Rules;
using Headgate.Scheduler.Runs;
using Headgate.Scheduler.Schedules;
using Headgate.Scheduler.State;
using Headgate.Scheduler.Telemetry;
using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Headgate.Scheduler;

/// <summary>The scheduler: where every run enters, whoever asked for it, and what makes runs come due.</summary>
public static class SchedulerService
{
    /// <summary>Adds everything but consumers and what works by itself. Comes before the bus is added, so that the schema is there when it starts.</summary>
    public static void AddScheduler(this IHostApplicationBuilder builder, ServiceSettings settings)
    {
        var services = builder.Services;
        services.AddOptions<SchedulerOptions>().Bind(builder.Configuration.GetSection("HEADGATE_SCHEDULER"))
            .Validate(
                options => options.MissedAfter >= SchedulerOptions.LeastMissedAfter,
                "HEADGATE_SCHEDULER__MISSEDAFTER: a time of at least 5 seconds is expected, for example 00:01:00.")
            .Validate(
                options => options.TakeOverAfter >= TimeSpan.FromSeconds(3) && options.TakeOverAfter <= TimeSpan.FromMinutes(5),
                "HEADGATE_SCHEDULER__TAKEOVERAFTER: a time from 3 seconds to 5 minutes is expected, for example 00:00:06.")
            .ValidateOnStart();
        services.AddSingleton(_ => new SchedulerState(StateOf(settings).ConnectionString));
        services.TryAddSingleton<DatabaseClock>();
        services.AddSingleton<TimeProvider>(provider => provider.GetRequiredService<DatabaseClock>());
        services.AddSingleton<SchedulerTelemetry>();
        services.AddSingleton<RunSender>();
        services.AddSingleton<DueMessages>();
        services.AddSingleton<RuleStore>();
        services.AddSingleton<RulesTold>();
        services.AddSingleton<DueStore>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<DueRound>(provider, provider.GetRequiredService<IBus>()));
        services.AddSingleton<AlarmJobs>();
        services.AddSingleton<AlarmClock>();
        services.AddSingleton<AlarmsStop>();
        services.AddSingleton<AlarmRound>();
        services.AddUpstreamEvents();
        services.AddHostedService<SchedulerMigration>();
        services.AddHostedService<ClockUpkeep>();
        services.AddHostedService<AlarmsPrepared>();
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            "scheduler-state", provider => new StateHealthCheck(provider.GetRequiredService<SchedulerState>().Source), failureStatus: null, ["ready"]));
    }

    /// <summary>What works on its own clock; registered after the bus, so that it starts after it and stops before it.</summary>
    public static void AddSchedulerAlarms(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHostedService<RulesSync>();
        builder.Services.AddHostedService<AlarmsRunning>();
        builder.Services.AddHostedService<DueAnswers>();
        builder.Services.AddUpstreamEventUpkeep();
    }

    public static void AddSchedulerConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<StartRunConsumer>();
        bus.AddConsumer<RulesConsumer>();
        bus.AddUpstreamEventConsumers();
        bus.AddLane(new Lane { Name = Lanes.Runs, Concurrency = 8, Configure = (context, lane) => lane.ConfigureConsumer<StartRunConsumer>(context) });
        bus.AddLane(new Lane
        {
            Name = Lanes.Rules,
            Concurrency = 8,
            Configure = (context, lane) =>
            {
                // Long enough for a database that restarts. What comes after it is sent again until it is kept.
                lane.UseMessageRetry(retry => retry.Intervals(50, 200, 1000, 3000, 5000, 5000, 5000));
                lane.ConfigureConsumer<RulesConsumer>(context);
            },
        });
    }

    // A host that is gone leaves locks behind for a minute or two, not for hours. One that is frozen in the middle of a transaction keeps up its
    // connection all the same, and its own patience stands still with it: so the database ends what is idle for longer than anything here takes.
    internal static NpgsqlConnectionStringBuilder StateOf(ServiceSettings settings)
    {
        var state = new NpgsqlConnectionStringBuilder(settings.State) { ApplicationName = "headgate-scheduler", MaxPoolSize = 64 };
        state.Options = ($"{state.Options} -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3 -c tcp_user_timeout=60000"
            + " -c idle_in_transaction_session_timeout=20000").TrimStart();
        return state;
    }
}
