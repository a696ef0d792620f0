using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Headgate.Hosting.Telemetry;

/// <summary>Structured logs on standard output; traces and metrics by OTLP when OTEL_EXPORTER_OTLP_ENDPOINT is set.</summary>
public static class TelemetryRegistration
{
    public static void AddHeadgateTelemetry(this IHostApplicationBuilder builder, string service)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddJsonConsole(console =>
        {
            console.IncludeScopes = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
        builder.Logging.AddFilter("Grpc", LogLevel.Warning);
        builder.Logging.AddFilter("MassTransit", LogLevel.Warning);
        builder.Logging.AddFilter("Npgsql", LogLevel.Warning);

        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not { Length: > 0 }) return;
        var resource = ResourceBuilder.CreateDefault().AddService($"headgate-{service}");
        builder.Services.AddHostedService(_ => new TelemetryProviders(
            Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource)
                .AddSource(HeadgateTelemetry.Name, "MassTransit").AddOtlpExporter().Build(),
            Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource)
                .AddMeter(HeadgateTelemetry.Name, $"{HeadgateTelemetry.Name}.*", "MassTransit", "Npgsql").AddOtlpExporter().Build()));
    }
}
