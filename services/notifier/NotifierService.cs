using Headgate.Contracts.Jobs;
using Headgate.Hosting.Bus;
using Headgate.Hosting.Configuration;
using Headgate.Hosting.Health;
using Headgate.Notifier.Configuration;
using Headgate.Notifier.Mail;
using Headgate.Notifier.Notices;
using Headgate.Notifier.Outbox;
using Headgate.Notifier.Sending;
using Headgate.Notifier.State;
using Headgate.Notifier.Webhooks;
using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Headgate.Notifier;

/// <summary>The notifier: tells people what happened to their jobs, by mail and webhook.</summary>
public static class NotifierService
{
    // One slow receiver does not keep the others waiting.
    const int WebhookSenders = 2;

    /// <summary>Adds everything but consumers and senders. Comes before the bus is added, so that the schema is there when it starts.</summary>
    public static void AddNotifier(this IHostApplicationBuilder builder, ServiceSettings settings)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<NotifierOptions>().Bind(builder.Configuration.GetSection("HEADGATE_NOTIFIER")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<NotifierOptions>, NotifierOptionsCheck>();
        services.AddSingleton(_ => new NotifierState(NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(settings.State) { ApplicationName = "headgate-notifier" })));
        services.AddSingleton<OutboxStore>();
        services.AddSingleton<OutboxTelemetry>();
        services.AddHostedService<NotifierMigration>();
        services.AddHealthChecks()
            .Add(new HealthCheckRegistration(
                "notifier-state", provider => new StateHealthCheck(provider.GetRequiredService<NotifierState>().Source), failureStatus: null, ["ready"]))
            .AddCheck<MailHealthCheck>("notifier-mail", tags: ["ready"]);
    }

    /// <summary>What sends; registered after the bus, so that it starts after it and stops before it.</summary>
    public static void AddNotifierSending(this IHostApplicationBuilder builder)
    {
        AddSender<MailDelivery>(builder.Services);
        for (var sender = 0; sender < WebhookSenders; sender++) AddSender<WebhookDelivery>(builder.Services);
    }

    public static void AddNotifierConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<NoticeConsumer>();
        bus.AddLane(new Lane
        {
            Name = Lanes.Notices,
            Concurrency = 4,
            // The others are sent here: their exchanges are read by programs of others, which are not to see whom a pipeline wants told.
            Events = [new LaneEvent<JobDeadlinePassed>(), new LaneEvent<StopUnconfirmed>()],
            Configure = (context, lane) =>
            {
                // Long enough for a database that restarts. What comes after it is sent again until it is kept.
                lane.UseMessageRetry(retry => retry.Intervals(50, 200, 1000, 3000, 5000, 5000, 5000));
                lane.ConfigureConsumer<NoticeConsumer>(context);
            },
        });
    }

    static void AddSender<TDelivery>(IServiceCollection services)
        where TDelivery : IDelivery =>
        services.AddSingleton<IHostedService>(provider => ActivatorUtilities.CreateInstance<OutboxSender>(
            provider, ActivatorUtilities.CreateInstance<TDelivery>(provider)));
}
