using Headgate.Hosting.Bus;
using Headgate.Hosting.Configuration;
using Headgate.Hosting.Health;
using Headgate.Hosting.Telemetry;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headgate.Hosting;

/// <summary>What the program of every service does: settings, telemetry, bus, health.</summary>
public static class HeadgateService
{
    /// <summary>
    /// The host would watch its content root for changed settings files, with all directories below it: where a database's or the staging
    /// directory lies there, every write of it would wake every service.
    /// </summary>
    const string NoFilesWatched = "--hostBuilder:reloadConfigOnChange=false";

    /// <summary>
    /// Builds a service on its own, listening on loopback unless ASPNETCORE_URLS says otherwise. Hosted services start in the order of
    /// their registration and stop in the reverse one: migrations before the bus, what sends by itself after it.
    /// </summary>
    public static WebApplication Build(
        string name,
        Action<IHostApplicationBuilder, ServiceSettings> service,
        Action<IBusRegistrationConfigurator> consumers,
        Action<WebApplicationBuilder>? afterBus = null,
        Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            Args = [NoFilesWatched],
        });
        if (builder.Configuration["URLS"] is null && builder.Configuration["ASPNETCORE_URLS"] is null)
            builder.Configuration.AddInMemoryCollection([new("URLS", "http://127.0.0.1:0")]);
        var settings = ServiceSettings.Read(builder.Configuration);
        builder.AddHeadgateTelemetry(name);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddHealthChecks();
        service(builder, settings);
        builder.AddHeadgateBus(settings.Amqp, consumers);
        afterBus?.Invoke(builder);
        var application = builder.Build();
        application.MapHeadgateHealth();
        map?.Invoke(application);
        return application;
    }
}
